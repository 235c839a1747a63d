import { describe, expect, test } from "vitest";
import { parseFreeze } from "../../../../infra/settings/freeze.ts";
import type { Seen } from "../../../../rollout/core/action.ts";
import { goForward } from "../../../../rollout/core/next/forward.ts";
import { goBack } from "../../../../rollout/core/next/rollback.ts";
import type { Reading } from "../../../../rollout/core/reading.ts";
import { step } from "../../../../rollout/core/replay.ts";
import { drainAt } from "../../../../rollout/core/stages.ts";
import { drainOf, type RolloutState, type Stage } from "../../../../rollout/core/state.ts";
import type { Verdict } from "../../../../rollout/core/verdict.ts";
import { BEGUN, plan as bare, reading, stateAt } from "../example.ts";

const BLUE = { blue: 100 };
const GREEN = { green: 100 };
/** The last bake takes an hour: longer than the drain, in one case shorter. */
const plan = { ...bare, drain: { mostSeconds: 1800, idleSeconds: 600 } };
const SINCE = BEGUN;
const [DRAINED, BAKED] = [SINCE + 1_800_000, SINCE + 3_600_000];
const BAKE = { at: "bake", step: 2, since: SINCE } as const;

const note = (what: object) => ({ is: "note", note: what });
const END = { is: "act", act: { do: "weights", weights: GREEN } };

function drains(draining?: string, config = draining): Reading {
  return { ...reading(GREEN), draining: { config, state: draining, real: draining } };
}

/** At the last step, everything seen at `now`, and stable asked for something at `heardStable`. */
function at(
  now: number,
  changes: Partial<RolloutState> = {},
  more: Partial<Verdict> & { heardStable?: number } = {},
) {
  const { heardStable = now, ...verdict } = more;
  const state = stateAt(BAKE, {
    plan,
    stageAt: SINCE,
    weights: GREEN,
    known: [GREEN],
    draining: "blue",
    ...changes,
  });
  const sight = { at: now, length: state.length };
  const seen: Seen = {
    weights: { ...sight, read: drains("blue") },
    real: { ...sight, read: GREEN },
    gates: {
      ...sight,
      through: now,
      heard: now,
      heardStable,
      steps: 1,
      verdict: { outcome: "pass", reason: "good", ...verdict },
    },
  };
  return { state, seen, next: () => goForward(state, seen, now) };
}

describe("the last step", () => {
  const stage: Stage = { at: "shift", step: 2 };
  const asked = { weights: GREEN, draining: "blue" };
  const HALF = { blue: 50, green: 50 };
  const room = { asked: 2, healthy: 2, need: 2, most: 4, enough: true };
  const seen = (read: Reading): Seen => ({
    weights: { at: BEGUN, length: 1, read },
    capacity: { at: BEGUN, length: 1, track: "green", share: 100, read: room },
  });
  const next = (read: Reading, changes: Partial<RolloutState> = {}, where = stage) =>
    goForward(stateAt(where, { plan, weights: HALF, known: [HALF], ...changes }), seen(read), BEGUN);

  test("lets stable keep its sessions, and is there when they are kept everywhere", () => {
    expect(next(reading(HALF))).toEqual({ is: "act", act: { do: "weights", ...asked } });
    const known = { known: [HALF, GREEN], draining: "blue" };
    expect(next(drains("blue"), known)).toEqual(note({ kind: "verified", ...asked }));
    expect(next({ ...drains("blue"), draining: { config: "blue", state: "blue" } }, known)).toEqual({
      is: "act",
      act: { do: "weights", ...asked },
    });
    // Where nothing keeps sessions there is nothing to wait for.
    expect(next(reading(GREEN), known)).toEqual(note({ kind: "verified", ...asked }));
  });

  test("takes everybody where the plan says so; so do a first release, and no other step lets anybody drain", () => {
    expect(next(reading(HALF), { plan: bare })).toEqual(END);
    const first = { plan, first: true, stable: "green", weights: undefined, known: undefined };
    expect(next(reading(GREEN), first)).toEqual(note({ kind: "verified", weights: GREEN }));
    expect(next(reading(HALF), {}, { at: "shift", step: 1 })).toEqual(
      note({ kind: "verified", weights: HALF }),
    );
  });

  test("what is read back says what drains, and the bake begins", () => {
    const state = stateAt(stage, { plan });
    const read = step(state, { kind: "verified", ...asked, at: SINCE + 7, by: "test" });
    expect(read).toMatchObject({
      stage: { at: "bake", step: 2, since: SINCE + 7 },
      draining: "blue",
      known: [GREEN],
    });
    expect(drainOf(read!)).toEqual({ from: SINCE + 7, until: DRAINED + 7, idleMs: 600_000 });
    expect(drainOf({ ...read!, draining: undefined })).toBeUndefined();
    expect(drainOf({ ...read!, stage })).toBeUndefined();
    expect(drainOf({ ...read!, plan: bare })).toBeUndefined();
  });
});

describe("stable is left", () => {
  test("when its time is over, and not a moment earlier", () => {
    expect(at(DRAINED - 1).next()).toMatchObject({ is: "wait", why: "baking" });
    expect(at(DRAINED).next()).toEqual(END);
    expect(at(DRAINED - 1_000).next()).toMatchObject({ is: "wait" });
    expect(at(DRAINED + 1_000).next()).toEqual(END);
  });

  test("earlier, when nobody was there for as long as a session lasts", () => {
    const now = SINCE + 900_000;
    expect(at(now, {}, { heardStable: now - 599_999 }).next()).toMatchObject({ is: "wait" });
    expect(at(now, {}, { heardStable: now - 600_000 }).next()).toEqual(END);
    // Since it drains: what was before says nothing.
    expect(at(SINCE + 599_999, {}, { heardStable: SINCE - 900_000 }).next()).toMatchObject({ is: "wait" });
    expect(at(SINCE + 600_000, {}, { heardStable: SINCE - 900_000 }).next()).toEqual(END);
  });

  test("earlier, when nobody was there at all", () => {
    const { seen, state } = at(SINCE + 599_999);
    delete seen.gates!.heardStable;
    expect(goForward(state, seen, SINCE + 599_999)).toMatchObject({ is: "wait" });
    const later = at(SINCE + 600_000);
    delete later.seen.gates!.heardStable;
    expect(later.next()).toEqual(END);
  });

  test("not by figures that don't reach so far", () => {
    const late = at(SINCE + 600_000, {}, { heardStable: 0 });
    late.seen.gates!.through = SINCE + 599_000;
    expect(late.next()).toMatchObject({ is: "wait" });
  });

  test("when a person says that the bake is over, but not while both are sick", () => {
    expect(at(SINCE + 1_000, { skip: true }).next()).toEqual(END);
    expect(at(SINCE + 1_000, { skip: true }, { outcome: "wait", hold: true }).next()).toMatchObject({
      is: "wait",
    });
  });

  test("when it doesn't answer any more, but for what both need", () => {
    const down = at(SINCE + 1_000);
    down.seen.gates!.stableFails = true;
    expect(down.next()).toEqual(END);
    expect(goForward({ ...down.state, held: true }, down.seen, SINCE + 1_000)).toMatchObject({ is: "wait" });
    down.seen.gates!.stableFails = false;
    expect(down.next()).toMatchObject({ is: "wait" });
  });

  test("once it is read back, or somebody has done it already", () => {
    const { state, seen } = at(DRAINED);
    seen.weights!.read = drains();
    expect(goForward(state, seen, DRAINED)).toEqual(note({ kind: "verified", weights: GREEN }));
    // In one place it isn't.
    seen.weights!.read = drains(undefined, "blue");
    expect(goForward(state, seen, DRAINED)).toEqual(END);
    expect(goForward({ ...state, doneAt: DRAINED - 1 }, seen, DRAINED)).toMatchObject({ is: "wait" });
  });

  test("and the gates have their time from then on", () => {
    const { state } = at(DRAINED, { tries: 2, doneAt: DRAINED });
    const left = step(state, { kind: "verified", weights: GREEN, at: DRAINED + 9, by: "test" });
    // The same split, and nobody is held elsewhere: what was counted before is of another.
    expect(left!.splits).toEqual([{ share: 100, from: DRAINED + 9 }]);
    expect(left).toMatchObject({
      stage: BAKE,
      draining: undefined,
      tries: 0,
      doneAt: undefined,
      stageAt: DRAINED + 9,
    });
  });

  test("not in a freeze, nor in a pause, nor while both tracks are sick, and not for ever in that", () => {
    const frozen = { ...plan, freeze: [parseFreeze("Wed 09:00 - Wed 23:00 UTC")] };
    expect(at(DRAINED, { plan: frozen }).next()).toMatchObject(note({ kind: "frozen" }));
    const held = { held: true };
    const sick = { outcome: "wait", hold: true, reason: "both sick" } as const;
    expect(at(DRAINED, held, sick).next()).toMatchObject({ is: "wait" });
    const deadline = BAKED + plan.steps[2]!.graceSeconds * 1000;
    expect(at(deadline - 1, held, sick).next()).toMatchObject({ is: "wait" });
    expect(at(deadline, held, sick).next()).toEqual(
      note({ kind: "paused", reason: "no decision in time: both sick" }),
    );
  });

  test("never, when it can't be: somebody is told, and the gates go on watching", () => {
    const spent = at(DRAINED, { tries: 3, lastError: "denied" });
    expect(spent.next()).toEqual(note({ kind: "paused", reason: "blue can't be left: denied" }));
  });

  test("and a drift stops it, as at each step", () => {
    const { state, seen } = at(DRAINED);
    seen.weights!.read = drains("red");
    expect(goForward(state, seen, DRAINED)).toMatchObject(note({ kind: "stopped" }));
    expect(JSON.stringify(goForward(state, seen, DRAINED))).toContain(
      "balancer green 100 (red keeps its sessions), the rollout left green 100 (blue keeps its sessions)",
    );
  });
});

describe("a drain that lasts longer than the bake", () => {
  const long = { plan: { ...plan, drain: { mostSeconds: 7200, idleSeconds: 600 } } };
  const LEFT = SINCE + 7_200_000;

  test("holds the end of the step, whatever the gates say", () => {
    expect(at(BAKED, long).next()).toMatchObject({ is: "wait", why: "blue keeps its sessions" });
    expect(at(LEFT - 1, long).next()).toMatchObject({ is: "wait" });
    expect(at(LEFT, long).next()).toEqual(END);
    expect(at(LEFT, { ...long, draining: undefined }).next()).toMatchObject(
      note({ kind: "passed", step: 2 }),
    );
  });

  test("isn't cut off by the time that the gates have after the bake", () => {
    const wait: Partial<Verdict> = { outcome: "wait", reason: "not enough evidence yet" };
    const grace = plan.steps[2]!.graceSeconds * 1000;
    const quiet = { limits: { ...plan.limits, noDataSeconds: 36_000 } };
    const patient = { plan: { ...long.plan, ...quiet, drain: { mostSeconds: 36_000, idleSeconds: 600 } } };
    expect(at(BAKED + grace, patient, wait).next()).toMatchObject({ is: "wait" });
    expect(at(BAKED + grace, { ...patient, draining: undefined }, wait).next()).toEqual(
      note({ kind: "paused", reason: "no decision in time: not enough evidence yet" }),
    );
  });
});

test("a rollback leaves no session anywhere, whatever kept some", () => {
  for (const where of ["config", "state", "real"] as const) {
    const read: Reading = { ...reading(BLUE), draining: { [where]: "green" } };
    const state = stateAt(
      { at: "return" },
      { plan, weights: GREEN, known: [GREEN, BLUE], draining: "blue", doneAt: 0, tries: 1 },
    );
    const room = { asked: 2, healthy: 2, need: 2, most: 4, enough: true };
    const seen: Seen = {
      weights: { at: BEGUN, length: 1, read },
      capacity: { at: BEGUN, length: 1, track: "blue", share: 100, read: room },
      service: { at: BEGUN, length: 1, track: "blue", read: { passed: true, details: [] } },
    };
    expect(goBack(state, seen, BEGUN)).toEqual({ is: "act", act: { do: "weights-now", weights: BLUE } });
    seen.weights!.read = { ...reading(BLUE), draining: {} };
    expect(goBack(state, seen, BEGUN)).toEqual(note({ kind: "verified", weights: BLUE }));
    expect(step(state, { kind: "verified", weights: BLUE, at: BEGUN, by: "test" })!.draining).toBeUndefined();
  }
});

test("weights that a person wants back bring back what drained at them", () => {
  const { state } = at(SINCE);
  expect(drainAt(state, GREEN)).toBe("blue");
  expect(drainAt(state, { green: 100, blue: 0 })).toBe("blue");
  expect(drainAt(state, BLUE)).toBeUndefined();
  expect(drainAt({ ...state, draining: undefined }, GREEN)).toBeUndefined();
  expect(drainAt({ ...state, weights: undefined }, GREEN)).toBeUndefined();
  expect(drainAt({ ...state, weights: { green: 50, red: 50 } }, GREEN)).toBeUndefined();
  // Asked for, and not read back yet.
  const HALF = { blue: 50, green: 50 };
  expect(drainAt({ ...state, weights: HALF }, HALF)).toBeUndefined();
});
