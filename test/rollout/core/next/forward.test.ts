import { describe, expect, test } from "vitest";
import { parseFreeze } from "../../../../infra/settings/freeze.ts";
import type { Seen } from "../../../../rollout/core/action.ts";
import { goForward } from "../../../../rollout/core/next/forward.ts";
import type { RolloutState, Stage } from "../../../../rollout/core/state.ts";
import type { Verdict } from "../../../../rollout/core/verdict.ts";
import type { Weights } from "../../../../rollout/core/weights.ts";
import { BEGUN as NOW, plan, reading, stateAt } from "../example.ts";

const BLUE = { blue: 100 };
const note = (what: object) => ({ is: "note", note: what });
const stop = (reason: string) => note({ kind: "stopped", reason });
const giveUp = (reason: string) => ({ is: "give-up", reason });
const actOf = (act: object) => ({ is: "act", act });

/** All three places stand at `weights`, and the track has the servers for its share. */
function world(weights: Weights, track = "green", share = 10): Seen {
  return {
    weights: { at: NOW, length: 1, read: reading(weights) },
    real: { at: NOW, length: 1, read: weights },
    capacity: {
      at: NOW,
      length: 1,
      track,
      share,
      read: { asked: 2, healthy: 2, need: 2, most: 4, enough: true },
    },
  };
}

function forward(stage: Stage, seen: Seen, changes: Partial<RolloutState> = {}) {
  return goForward(stateAt(stage, { weights: BLUE, known: [BLUE], ...changes }), seen, NOW);
}

describe("all traffic to stable first", () => {
  const stage = { at: "clear" } as const;
  const before = { weights: undefined, known: undefined };
  const OTHER = { red: 100 };

  test("is noted when it is there", () => {
    expect(forward(stage, world(BLUE), before)).toEqual(note({ kind: "verified", weights: BLUE }));
  });

  test("is looked for when it isn't known", () => {
    expect(forward(stage, {}, before)).toEqual({ is: "look", look: { at: "weights" } });
  });

  test("is set where stable has the servers for all of it", () => {
    expect(forward(stage, world(OTHER, "blue", 100), before)).toEqual(
      actOf({ do: "weights", weights: BLUE }),
    );
    expect(forward(stage, world(OTHER, "blue", 99), before)).toEqual({
      is: "look",
      look: { at: "capacity", track: "blue", share: 100 },
    });
  });

  test("stops the rollout where it can't be had", () => {
    expect(forward(stage, world(OTHER), { ...before, tries: 3, lastError: "denied" })).toEqual(
      stop("traffic can't be brought to blue: denied"),
    );
    const seen = world(OTHER, "blue", 100);
    seen.capacity!.read = { asked: 1, healthy: 1, need: 2, most: 4, enough: false };
    expect(forward(stage, seen, { ...before, stageAt: NOW - 900_000 })).toEqual(
      stop("traffic can't be brought to blue: blue has 1 healthy servers of 2"),
    );
  });
});

describe("what is done once", () => {
  const stages = [
    ["backup", { do: "backup", name: "before-r1" }],
    ["migrate", { do: "migrate", name: "r1", track: "green" }],
    ["deploy", { do: "deploy", track: "green" }],
    ["smoke", { do: "smoke", track: "green" }],
  ] as const;

  test.each(stages)("%s", (at, act) => {
    expect(forward({ at }, world(BLUE))).toEqual(actOf(act));
  });

  test.each(stages)(
    "%s: also where the weights aren't as they should be, as long as nobody else moved them",
    (at, act) => {
      expect(forward({ at }, world({ green: 100 }), { known: [{ green: 100 }] })).toEqual(actOf(act));
      expect(forward({ at }, world({ green: 100 }))).toMatchObject({ note: { kind: "stopped" } });
      // The end of the last act has nothing to do with the weights.
      expect(forward({ at }, world({ green: 100 }), { known: [{ green: 100 }], doneAt: NOW })).toEqual(
        actOf(act),
      );
    },
  );

  test.each(stages)("%s: on a look at the weights", (at) => {
    expect(forward({ at }, {})).toEqual({ is: "look", look: { at: "weights" } });
  });

  test.each(stages)("%s: two seconds after a failure once more, three times in all", (at, act) => {
    const failed = { failedAt: NOW - 1_999, lastError: "denied", tries: 1 };
    expect(forward({ at }, world(BLUE), failed)).toEqual({
      is: "wait",
      until: NOW + 1,
      why: "once more after: denied",
    });
    const again = { ...failed, failedAt: NOW - 2_000 };
    expect(forward({ at }, world(BLUE), { ...again, tries: 2 })).toEqual(actOf(act));
    expect(forward({ at }, world(BLUE), { ...again, tries: 3 })).toEqual(giveUp(`${at} failed: denied`));
  });

  test("smoke tests that failed are not run again", () => {
    expect(forward({ at: "smoke" }, world(BLUE), { smokeFailed: "/health: 500" })).toEqual(
      giveUp("smoke tests failed: /health: 500"),
    );
  });
});

describe("a step", () => {
  const stage = { at: "shift", step: 0 } as const;
  const TARGET = { blue: 90, green: 10 };
  const changes = { known: [BLUE, TARGET] };

  test("is noted when the weights are there", () => {
    expect(forward(stage, world(TARGET), changes)).toEqual(note({ kind: "verified", weights: TARGET }));
  });

  test("is looked for", () => {
    expect(forward(stage, {}, changes)).toEqual({ is: "look", look: { at: "weights" } });
  });

  test("is taken where the candidate has the servers for its share", () => {
    expect(forward(stage, world(BLUE), changes)).toEqual(actOf({ do: "weights", weights: TARGET }));
    expect(forward({ at: "shift", step: 1 }, world(BLUE), changes)).toEqual({
      is: "look",
      look: { at: "capacity", track: "green", share: 50 },
    });
  });

  test("pauses where servers are lacking", () => {
    const seen = world(BLUE);
    seen.capacity!.read = { asked: 1, healthy: 1, need: 2, most: 1, enough: false };
    expect(forward(stage, seen, changes)).toEqual(
      note({ kind: "paused", reason: "green has 1 healthy servers of 2, and may have no more than 1" }),
    );
  });

  test("asks for servers that are missing, whatever holds the step itself", () => {
    const seen = world(BLUE);
    seen.capacity!.read = { asked: 1, healthy: 1, need: 2, most: 4, enough: false };
    const held = {
      known: [BLUE],
      held: true,
      plan: { ...plan, freeze: [parseFreeze("Wed 00:00 - Thu 00:00 UTC")] },
    };
    expect(forward(stage, seen, held)).toEqual(actOf({ do: "grow", track: "green", servers: 2 }));
  });

  test("that can't be set is given up", () => {
    expect(forward(stage, world(BLUE), { ...changes, tries: 3, lastError: "denied" })).toEqual(
      giveUp("the weights can't be set: denied"),
    );
  });
});

describe("a bake", () => {
  const SPLIT = { blue: 90, green: 10 };
  const OVER = NOW;
  const stage = { at: "bake", step: 0, since: NOW - 300_000 } as const;
  const steps = [{ weight: 10, from: NOW - 300_000 }];

  function baked(
    verdict: Partial<Verdict>,
    {
      through = OVER,
      heard = NOW,
      ...changes
    }: Partial<RolloutState> & { through?: number; heard?: number } = {},
  ) {
    const gates = {
      at: NOW,
      length: 1,
      steps: 1,
      through,
      heard,
      verdict: { outcome: "wait", reason: "few", ...verdict },
    };
    const seen = { ...world(SPLIT), gates } as Seen;
    return forward(stage, seen, { weights: SPLIT, known: [SPLIT], steps, stageAt: NOW, ...changes });
  }
  const passed = (skipped: boolean, reason: string) => note({ kind: "passed", step: 0, reason, skipped });

  test("passes by the gates' word, with their evidence", () => {
    expect(baked({ outcome: "pass", reason: "good" })).toEqual(passed(false, "good"));
    expect(baked({ outcome: "pass", reason: "good", evidence: [1] })).toEqual(
      note({ kind: "passed", step: 0, reason: "good", skipped: false, evidence: [1] }),
    );
  });

  test("passes on data that reach to its end", () => {
    expect(baked({ outcome: "pass" }, { through: OVER - 1 })).toMatchObject({ is: "wait" });
  });

  test.each([
    [300_000, true],
    [300_001, false],
  ])("passes on data of up to five minutes ago: %s ms, %s", (ago, passes) => {
    const since = NOW - 300_000 - ago;
    const sight = { at: NOW, length: 1, steps: 1, through: NOW - ago, heard: NOW };
    const gates = { ...sight, verdict: { outcome: "pass", reason: "good" } } as Seen["gates"];
    const action = forward({ ...stage, since }, { ...world(SPLIT), gates }, { known: [SPLIT], stageAt: NOW });
    expect(action).toMatchObject(passes ? { note: { kind: "passed" } } : { is: "wait" });
  });

  test("waits while the gates do, at most a second at a time", () => {
    expect(baked({ reason: "few requests" })).toEqual({ is: "wait", until: NOW + 1000, why: "few requests" });
    const early = { stage: { ...stage, since: NOW - 299_999 } };
    expect(baked({ reason: "few requests" }, early)).toEqual({
      is: "wait",
      until: NOW + 1000,
      why: "baking",
    });
  });

  test("is cut short by a person, not while both tracks are sick", () => {
    const skip = { skip: true, stage: { ...stage, since: NOW } };
    expect(baked({ reason: "few requests" }, skip)).toEqual(
      passed(true, "the rest of the bake was skipped by hand: few requests"),
    );
    expect(baked({ hold: true }, skip)).toMatchObject({ is: "wait" });
    expect(baked({ outcome: "pass", reason: "good" }, { skip: true })).toEqual(passed(false, "good"));
  });

  test("is held at its end by a freeze", () => {
    const freeze = [parseFreeze("Wed 00:00 - Wed 23:00 UTC")];
    expect(baked({ outcome: "pass" }, { plan: { ...plan, freeze } })).toEqual(
      note({ kind: "frozen", until: Date.UTC(2026, 10, 18, 23) }),
    );
  });

  test.each([
    ["its end", { stage: { ...stage, since: NOW - 900_000 } }, { stage: { ...stage, since: NOW - 899_999 } }],
    ["a person's word", { stageAt: NOW - 600_000 }, { stageAt: NOW - 599_999 }],
    ["a freeze", { frozenUntil: NOW - 600_000 }, { frozenUntil: NOW - 599_999 }],
  ])("pauses when there is no decision ten minutes after %s", (_, late, inTime) => {
    const old = { stage: { ...stage, since: NOW - 9_000_000 }, stageAt: NOW - 9_000_000 };
    expect(baked({}, { ...old, ...late })).toEqual(
      note({ kind: "paused", reason: "no decision in time: few" }),
    );
    expect(baked({}, { ...old, ...inTime })).toMatchObject({ is: "wait", until: NOW + 1 });
  });

  test.each([
    ["the last request", { heard: NOW - 3_600_000 }, { heard: NOW - 3_599_999 }],
    ["a person's word", { stageAt: NOW - 3_600_000 }, { stageAt: NOW - 3_599_999 }],
    ["a freeze", { frozenUntil: NOW - 3_600_000 }, { frozenUntil: NOW - 3_599_999 }],
  ])("pauses when there is no data an hour after %s", (_, late, inTime) => {
    const old = { heard: NOW - 9_000_000, stageAt: NOW - 9_000_000, stage: { ...stage, since: NOW } };
    expect(baked({}, { ...old, ...late })).toEqual(
      note({ kind: "paused", reason: "no data from green: few" }),
    );
    expect(baked({}, { ...old, ...inTime })).toMatchObject({ is: "wait", until: NOW + 1 });
  });

  test("that has heard nothing at all counts from its begin", () => {
    const silent = (stageAt: number) => {
      const gates = {
        at: NOW,
        length: 1,
        steps: 1,
        through: NOW,
        verdict: { outcome: "wait", reason: "few" },
      };
      return forward({ ...stage, since: NOW }, { ...world(SPLIT), gates } as Seen, {
        known: [SPLIT],
        stageAt,
      });
    };
    expect(silent(NOW - 3_600_000)).toMatchObject({ note: { kind: "paused" } });
    expect(silent(NOW - 3_599_999)).toMatchObject({ is: "wait" });
  });

  test("is stopped by weights that somebody else moved", () => {
    expect(baked({}, { known: [BLUE] })).toMatchObject({ note: { kind: "stopped" } });
  });
});

describe("while both tracks are sick", () => {
  const held = { held: true, known: [BLUE] };
  const sick = (seen: Seen): Seen => ({
    ...seen,
    gates: {
      at: NOW,
      length: 1,
      steps: 1,
      through: NOW,
      verdict: { outcome: "wait", hold: true, reason: "both are sick" },
    },
  });
  const shift = { at: "shift", step: 0 } as const;

  test("no step is taken, and no promotion", () => {
    const wait = { is: "wait", until: NOW + 1000, why: "both are sick" };
    expect(forward(shift, sick(world(BLUE)), held)).toEqual(wait);
    expect(forward({ at: "promote" }, sick(world(BLUE)), held)).toEqual(wait);
    expect(forward(shift, world(BLUE), held)).toMatchObject({ why: "both tracks are sick" });
  });

  test("what changes no traffic is done, and what is half done is ended", () => {
    expect(forward({ at: "deploy" }, world(BLUE), held)).toMatchObject({ is: "act" });
    expect(forward(shift, world(BLUE), { ...held, known: [BLUE, { blue: 90, green: 10 }] })).toMatchObject({
      is: "act",
    });
    expect(forward(shift, world(BLUE), { ...held, held: false })).toMatchObject({ is: "act" });
    expect(forward(shift, world(BLUE), { held: true, known: undefined })).toMatchObject({ is: "wait" });
  });

  // As long as the step's bake may wait: ten minutes, and an hour and a half of the last.
  test.each([
    [shift, 600_000],
    [{ at: "promote" } as const, 5_400_000],
  ])("the rollout pauses in time: %j", (stage, grace) => {
    const paused = note({ kind: "paused", reason: "no end of the hold in time: both are sick" });
    expect(forward(stage, sick(world(BLUE)), { ...held, stageAt: NOW - grace })).toEqual(paused);
    expect(forward(stage, sick(world(BLUE)), { ...held, stageAt: NOW - grace + 1 })).toMatchObject({
      is: "wait",
      until: NOW + 1,
    });
    const frozen = { ...held, stageAt: 0, frozenUntil: NOW - grace };
    expect(forward(stage, sick(world(BLUE)), frozen)).toEqual(paused);
    expect(forward(stage, sick(world(BLUE)), { ...frozen, frozenUntil: NOW - grace + 1 })).toMatchObject({
      is: "wait",
    });
  });
});

describe("a freeze", () => {
  const until = NOW + 1_800_000;
  const freeze = [parseFreeze("Wed 10:00 - Wed 10:30 UTC")];
  const frozen = { plan: { ...plan, freeze } };
  const shift = { at: "shift", step: 0 } as const;

  test("is noted once, then waited for", () => {
    expect(forward(shift, world(BLUE), frozen)).toEqual(note({ kind: "frozen", until }));
    expect(forward(shift, world(BLUE), { ...frozen, frozenUntil: until })).toEqual({
      is: "wait",
      until: NOW + 1000,
      why: "frozen",
    });
  });

  test("is waited for to its end", () => {
    const state = stateAt(shift, { weights: BLUE, known: [BLUE], ...frozen, frozenUntil: until });
    const seen = world(BLUE);
    for (const sight of [seen.weights!, seen.capacity!]) sight.at = until - 1;
    expect(goForward(state, seen, until - 1)).toMatchObject({ is: "wait", until });
    expect(goForward(state, seen, until)).toMatchObject({ is: "act" });
  });

  test("holds nothing that is half done, and no draining after a rollback", () => {
    expect(forward(shift, world(BLUE), { ...frozen, known: [BLUE, { blue: 90, green: 10 }] })).toMatchObject({
      is: "act",
    });
    const keep = { at: "keep", since: NOW - 3_600_000 } as const;
    const back = { ...frozen, outcome: { is: "rolled-back", reason: "errors" } } as const;
    expect(forward(keep, world(BLUE), back)).toMatchObject({ is: "act" });
    const on = { ...frozen, outcome: { is: "promoted", reason: "good" } } as const;
    expect(forward(keep, world({ green: 100 }), { ...on, known: [{ green: 100 }] })).toMatchObject({
      note: { kind: "frozen" },
    });
  });
});

describe("the end", () => {
  const GREEN = { green: 100 };
  const onGreen = { weights: GREEN, known: [GREEN] };

  test("the candidate becomes stable", () => {
    expect(forward({ at: "promote" }, world(GREEN), onGreen)).toEqual(
      actOf({ do: "stable", track: "green" }),
    );
  });

  test("where it can't, nothing is taken back", () => {
    expect(forward({ at: "promote" }, world(GREEN), { ...onGreen, tries: 3, lastError: "denied" })).toEqual(
      stop("stable failed: denied (the candidate serves all traffic)"),
    );
  });

  test.each([
    ["promoted", "blue", GREEN],
    ["rolled-back", "green", BLUE],
  ] as const)("%s: %s keeps its servers for an hour, then is drained", (is, idle, weights) => {
    const at = (since: number): Stage => ({ at: "keep", since });
    const changes = { weights, known: [weights], outcome: { is, reason: "so" } };
    const over = NOW + 1;
    expect(forward(at(NOW - 3_599_999), world(weights), changes)).toEqual({
      is: "wait",
      until: over,
      why: `${idle} keeps its servers a while`,
    });
    expect(forward(at(NOW - 3_600_000), world(weights), changes)).toEqual(
      actOf({ do: "drain", track: idle }),
    );
    expect(
      forward(at(NOW - 3_600_000), world(weights), { ...changes, tries: 3, lastError: "denied" }),
    ).toEqual(stop(`drain failed: denied (${is}, all but the draining of ${idle})`));
  });

  test("is noted with what came of it", () => {
    const outcome = { is: "promoted", reason: "all steps passed" } as const;
    expect(forward({ at: "over" }, {}, { outcome })).toEqual(
      note({ kind: "ended", outcome: "promoted", reason: "all steps passed" }),
    );
  });
});
