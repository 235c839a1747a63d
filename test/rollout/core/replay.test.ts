import { describe, expect, test } from "vitest";
import type { Act, JournalEntry, Note } from "../../../rollout/core/journal.ts";
import { LIMITS } from "../../../rollout/core/plan.ts";
import { replay, step, targetOf } from "../../../rollout/core/replay.ts";
import { bakedAt, isWatched, type RolloutState, type Stage } from "../../../rollout/core/state.ts";
import { BEGUN, plan, stateAt } from "./example.ts";

const AT = BEGUN + 60_000;
const BLUE = { blue: 100 };
const GREEN = { green: 100 };
const SPLIT = { blue: 90, green: 10 };

const entry = (note: Note, at = AT): JournalEntry => ({ ...note, at, by: "test" }) as JournalEntry;

/** What one more entry makes of a state: all of it, but for what is as before. */
function changed(before: RolloutState, note: Note): Partial<RolloutState> {
  const after = step(before, entry(note))!;
  expect(after.length).toBe(before.length + 1);
  expect(Object.keys(after)).toEqual(expect.arrayContaining(Object.keys(before)));
  const changes = Object.entries(after).filter(
    ([key, value]) => key !== "length" && before[key as keyof RolloutState] !== value,
  );
  return Object.fromEntries(changes);
}

/** What a new stage begins with. */
const fresh = (stage: Stage) => ({
  stage,
  stageAt: AT,
  tries: 0,
  doneAt: undefined,
  failedAt: undefined,
  lastError: "",
  grown: { tries: 0, endedAt: undefined },
});

/** A state in which everything has been counted, so that what is counted anew shows. */
const worn: Partial<RolloutState> = {
  tries: 2,
  doneAt: BEGUN,
  failedAt: BEGUN,
  lastError: "denied",
  grown: { tries: 2, endedAt: BEGUN },
};

describe("a rollout's begin", () => {
  const begin = { kind: "begin", rollout: "r1", stable: "blue", candidate: "green", plan } as const;

  test("leaves nothing of the one before it", () => {
    const clean = {
      rollout: "r1",
      stable: "blue",
      candidate: "green",
      first: false,
      plan,
      phase: undefined,
      open: undefined,
      begunAt: AT,
      stableFrom: undefined,
      ...fresh({ at: "clear" }),
      weights: undefined,
      known: undefined,
      draining: undefined,
      mend: undefined,
      forced: false,
      steps: [],
      splits: [],
      skip: false,
      paused: undefined,
      frozenUntil: 0,
      held: false,
      smokeFailed: undefined,
      accepted: false,
      told: [],
      harmed: undefined,
      oneWay: false,
      deployed: false,
      promoted: false,
      rollbackAsked: undefined,
      insisted: false,
      outcome: undefined,
      stopped: undefined,
      drift: undefined,
    };
    expect(replay([entry(begin)])).toStrictEqual({ length: 1, ...clean });
    const dirty = stateAt({ at: "over" }, { ...worn, held: true, promoted: true, length: 7 });
    expect(step(dirty, entry(begin))).toStrictEqual({ length: 8, ...clean });
  });

  test("knows since when stable has its version: as the candidate of the rollout that brought it, whatever came between", () => {
    const [blue, green] = [
      { ...begin, stable: "green", candidate: "blue" },
      { ...begin, stable: "blue", candidate: "green" },
    ];
    const at = (...begins: Note[]) =>
      replay(begins.map((note, index) => entry(note, AT + index * 1_000)))!.stableFrom;
    expect(at(green)).toBeUndefined();
    expect(at(green, green)).toBeUndefined();
    expect(at(green, blue)).toBe(AT);
    expect(at(green, green, blue)).toBe(AT + 1_000);
    expect(at(green, blue, blue)).toBe(AT);
    expect(at(green, blue, { ...begin, stable: "amber", candidate: "blue" })).toBeUndefined();
  });

  test("keeps its phase, and knows a first release", () => {
    const phase = { name: "pilot", cohort: "five tenants", reach: ["header"] };
    expect(replay([entry({ ...begin, phase, candidate: "blue" })])).toMatchObject({ phase, first: true });
  });

  test("gives an older rollout the limits that came later", () => {
    const old = { ...plan, limits: { attempts: 7 } as typeof LIMITS };
    expect(replay([entry({ ...begin, plan: old })])!.plan.limits).toEqual({ ...LIMITS, attempts: 7 });
  });

  test("comes before anything that counts", () => {
    expect(replay([])).toBeUndefined();
    expect(replay([entry({ kind: "released" })])).toBeUndefined();
    expect(replay([entry({ kind: "released" }), entry(begin)])).toMatchObject({ length: 1 });
  });
});

describe("an intent", () => {
  const intent = (act: Act): Note => ({ kind: "intent", id: 3, act });
  const tried = { tries: 3, doneAt: undefined, failedAt: undefined };
  const trying = (changes: Partial<RolloutState> = {}, stage: Stage = { at: "shift", step: 0 }) =>
    stateAt(stage, { ...worn, known: [BLUE], ...changes });

  test.each([
    [{ do: "backup", name: "b" }, {}],
    [{ do: "deploy", track: "green" }, { deployed: true }],
    [{ do: "stable", track: "green" }, { promoted: true }],
    [{ do: "drain", track: "blue" }, {}],
    [{ do: "weights-now", weights: SPLIT }, { known: [BLUE, SPLIT] }],
    [
      { do: "weights", weights: SPLIT },
      { known: [BLUE, SPLIT], steps: [{ weight: 10, from: AT }] },
    ],
    [
      { do: "weights", weights: GREEN, draining: "blue" },
      { known: [BLUE, GREEN], steps: [{ weight: 10, from: AT }], draining: "blue" },
    ],
  ] as [Act, Partial<RolloutState>][])("counts a try: %j", (act, changes) => {
    expect(changed(trying(), intent(act))).toStrictEqual({ open: { id: 3, act }, ...tried, ...changes });
  });

  test.each(["weights", "weights-now"] as const)("to set %s ends the split that was read back", (what) => {
    const open = [{ share: 5, from: BEGUN }];
    const { splits } = changed(trying({ splits: open }), intent({ do: what, weights: SPLIT }));
    expect(splits).toStrictEqual([{ share: 5, from: BEGUN, until: AT }]);
    const closed = trying({ splits: [{ share: 5, from: BEGUN, until: BEGUN + 1 }] });
    expect(changed(closed, intent({ do: what, weights: SPLIT }))).not.toHaveProperty("splits");
  });

  test("to grow is counted apart", () => {
    const act = { do: "grow", track: "green", servers: 4 } as const;
    expect(changed(trying(), intent(act))).toStrictEqual({
      open: { id: 3, act },
      grown: { tries: 3, endedAt: undefined },
    });
  });

  test("of weights makes them known, once", () => {
    const act = { do: "weights", weights: { blue: 100, green: 0 } } as const;
    expect(step(trying(), entry(intent(act)))!.known).toEqual([BLUE]);
    expect(step(trying({ known: undefined }), entry(intent(act)))!.known).toEqual([act.weights]);
    expect(step(trying({ known: [GREEN, BLUE] }), entry(intent(act)))!.known).toEqual([GREEN, BLUE]);
  });

  test("that ends a drain doesn't say that it is over", () => {
    const act = { do: "weights", weights: GREEN } as const;
    expect(step(trying({ draining: "blue" }), entry(intent(act)))!.draining).toBe("blue");
    const back = { do: "weights-now", weights: BLUE } as const;
    expect(step(trying({ draining: "blue" }), entry(intent(back)))!.draining).toBe("blue");
  });

  test("begins the first step, and it alone, once the candidate gets users", () => {
    const steps = (act: Act, changes = {}, stage?: Stage) =>
      step(trying(changes, stage), entry(intent(act)))!.steps;
    const act = { do: "weights", weights: SPLIT } as const;
    expect(steps(act)).toEqual([{ weight: 10, from: AT }]);
    expect(steps(act, {}, { at: "shift", step: 1 })).toEqual([{ weight: 50, from: AT }]);
    expect(steps({ ...act, weights: BLUE })).toEqual([]);
    expect(steps({ ...act, weights: { blue: 99, green: 1 } })).toHaveLength(1);
    expect(steps({ ...act, do: "weights-now" })).toEqual([]);
    expect(steps(act, {}, { at: "clear" })).toEqual([]);
    const begun = [{ weight: 10, from: BEGUN }];
    expect(steps(act, { steps: begun })).toBe(begun);
  });
});

describe("an act's end", () => {
  const open = (act: Act) => stateAt({ at: "shift", step: 0 }, { ...worn, open: { id: 3, act } });
  const done = (result?: object) => ({ kind: "done", id: 3, result }) as Note;
  const closed = { open: undefined };

  test.each([
    [{ do: "backup", name: "b" }, undefined, { at: "migrate" }],
    [{ do: "migrate", name: "r1", track: "green" }, undefined, { at: "deploy" }],
    [{ do: "deploy", track: "green" }, undefined, { at: "smoke" }],
    [
      { do: "smoke", track: "green" },
      { passed: true, details: [] },
      { at: "shift", step: 0 },
    ],
    [{ do: "drain", track: "blue" }, undefined, { at: "over" }],
  ] as [Act, object | undefined, Stage][])("leads on: %j", (act, result, stage) => {
    const before = { ...open(act), stage: { at: "clear" } as Stage };
    expect(changed(before, done(result))).toStrictEqual({ ...closed, ...fresh(stage) });
  });

  test.each([
    [{ passed: false, details: ["/health: 500", "/quotes: 503"] }, "/health: 500; /quotes: 503"],
    [undefined, "no result"],
    [{ backup: "b" }, "no result"],
  ])("of smoke tests that didn't pass says why: %j", (result, smokeFailed) => {
    const before = open({ do: "smoke", track: "green" });
    expect(changed(before, done(result))).toStrictEqual({ ...closed, doneAt: AT, smokeFailed });
  });

  test("of weights says nothing of them: they are read back", () => {
    const before = open({ do: "weights", weights: SPLIT });
    expect(changed(before, done())).toStrictEqual({ ...closed, doneAt: AT });
  });

  test("of growing is counted apart", () => {
    const before = open({ do: "grow", track: "green", servers: 4 });
    expect(changed(before, done())).toStrictEqual({ ...closed, grown: { tries: 2, endedAt: AT } });
  });

  test("of a promotion keeps stable's servers", () => {
    const before = open({ do: "stable", track: "green" });
    expect(changed(before, done())).toStrictEqual({
      ...closed,
      ...fresh({ at: "keep", since: AT }),
      outcome: { is: "promoted", reason: "all steps passed" },
    });
  });

  test("is a failure that is tried again", () => {
    const failed = { kind: "failed", id: 3, error: "throttled" } as const;
    const before = open({ do: "backup", name: "b" });
    expect(changed(before, failed)).toStrictEqual({ ...closed, lastError: "throttled", failedAt: AT });
    const growing = open({ do: "grow", track: "green", servers: 4 });
    expect(changed(growing, failed)).toStrictEqual({
      ...closed,
      lastError: "throttled",
      grown: { tries: 2, endedAt: AT },
    });
  });

  test("without an act that is open says nothing", () => {
    const before = stateAt({ at: "backup" }, { ...worn, open: undefined });
    expect(changed(before, done())).toStrictEqual({ doneAt: AT });
    const failed = { kind: "failed", id: 3, error: "throttled" } as const;
    expect(changed(before, failed)).toStrictEqual({ lastError: "throttled", failedAt: AT });
    expect(changed(before, { kind: "lost", id: 3 })).toStrictEqual({ tries: 1 });
  });

  test("that was lost is no try", () => {
    const lost = { kind: "lost", id: 3 } as const;
    expect(changed(open({ do: "backup", name: "b" }), lost)).toStrictEqual({ ...closed, tries: 1 });
    const never = { ...open({ do: "backup", name: "b" }), tries: 0 };
    expect(changed(never, lost)).toStrictEqual(closed);
    const growing = open({ do: "grow", track: "green", servers: 4 });
    expect(changed(growing, lost)).toStrictEqual({ ...closed, grown: { tries: 1, endedAt: BEGUN } });
  });
});

describe("weights that were read back", () => {
  const verified = (
    stage: Stage,
    changes: Partial<RolloutState> = {},
    weights: Record<string, number> = SPLIT,
  ) => {
    const after = changed(stateAt(stage, { ...worn, known: [BLUE, SPLIT], ...changes }), {
      kind: "verified",
      weights,
    });
    expect(after).toMatchObject({ weights, known: [weights] });
    const { weights: _, known: __, ...rest } = after;
    return rest;
  };

  test("end what comes before the backup", () => {
    expect(verified({ at: "clear" })).toStrictEqual(fresh({ at: "backup" }));
  });

  test("begin a bake; the first step is watched since its intent", () => {
    const steps = [{ weight: 10, from: BEGUN }];
    const splits = [{ share: 10, from: AT }];
    expect(verified({ at: "shift", step: 0 }, { steps })).toStrictEqual({
      ...fresh({ at: "bake", step: 0, since: AT }),
      splits,
    });
    expect(verified({ at: "shift", step: 0 })).toStrictEqual({
      ...fresh({ at: "bake", step: 0, since: AT }),
      steps: [{ weight: 10, from: AT }],
      splits,
    });
    const before = { share: 5, from: BEGUN };
    expect(verified({ at: "shift", step: 1 }, { steps, splits: [before] })).toStrictEqual({
      ...fresh({ at: "bake", step: 1, since: AT }),
      steps: [...steps, { weight: 50, from: AT }],
      splits: [{ ...before, until: AT }, ...splits],
    });
    // A second first step: after a drift.
    const two = [...steps, { weight: 50, from: BEGUN }];
    expect(verified({ at: "shift", step: 0 }, { steps: two }).steps).toStrictEqual([
      ...two,
      { weight: 10, from: AT },
    ]);
  });

  test("end a rollback, or what had been promoted goes back too", () => {
    const outcome = { is: "rolled-back", reason: "errors" } as const;
    expect(verified({ at: "return" }, { promoted: true, outcome }, BLUE)).toStrictEqual(
      fresh({ at: "unpromote" }),
    );
    expect(verified({ at: "return" }, { outcome, deployed: true }, BLUE)).toStrictEqual(
      fresh({ at: "keep", since: AT }),
    );
  });

  test("lead nowhere else", () => {
    expect(verified({ at: "deploy" })).toStrictEqual({});
  });
});

describe("weights that a person chose", () => {
  const mended = (stage: Stage, weights: Record<string, number>, changes: Partial<RolloutState> = {}) => {
    const state = stateAt(stage, { ...worn, mend: weights, known: [BLUE], ...changes });
    return step(state, entry({ kind: "verified", weights }))!;
  };

  test.each([
    [9, { at: "shift", step: 0 }],
    [10, { at: "bake", step: 0, since: AT }],
    [49, { at: "bake", step: 0, since: AT }],
    [50, { at: "bake", step: 1, since: AT }],
    [100, { at: "bake", step: 2, since: AT }],
  ])("say which step this is: %s %%", (green, stage) => {
    for (const at of [
      { at: "shift", step: 1 },
      { at: "bake", step: 2, since: BEGUN },
      { at: "promote" },
    ] as Stage[]) {
      expect(mended(at, { blue: 100 - green, green })).toMatchObject({
        ...fresh(stage as Stage),
        mend: undefined,
      });
    }
  });

  test("bake anew, also in the first step", () => {
    const steps = [{ weight: 10, from: BEGUN }];
    expect(mended({ at: "bake", step: 0, since: BEGUN }, SPLIT, { steps }).steps).toEqual([
      ...steps,
      { weight: 10, from: AT },
    ]);
  });

  test("elsewhere only begin the stage's time anew", () => {
    for (const at of ["clear", "deploy", "return", "keep"] as const) {
      const stage = { at, since: BEGUN } as Stage;
      const { weights, known, mend, ...rest } = mended(stage, SPLIT);
      expect({ weights, known, mend }).toEqual({ weights: SPLIT, known: [SPLIT], mend: undefined });
      expect(rest).toMatchObject(fresh(stage));
    }
  });

  test("of a first release have no share", () => {
    const changes = { first: true, candidate: "blue" };
    expect(mended({ at: "shift", step: 0 }, BLUE, changes)).toMatchObject({
      stage: { at: "shift", step: 0 },
    });
  });
});

describe("a decision", () => {
  const bake = (index: number, changes: Partial<RolloutState> = {}) =>
    stateAt({ at: "bake", step: index, since: BEGUN }, { ...worn, ...changes });
  const passed = (index: number): Note => ({ kind: "passed", step: index, reason: "good", skipped: false });

  test("to pass leads to the next step, after the last to the promotion", () => {
    expect(changed(bake(0, { skip: true }), passed(0))).toStrictEqual({
      ...fresh({ at: "shift", step: 1 }),
      skip: false,
    });
    expect(changed(bake(1), passed(1))).toStrictEqual(fresh({ at: "shift", step: 2 }));
    expect(changed(bake(2), passed(2))).toStrictEqual(fresh({ at: "promote" }));
  });

  test.each([
    [{ kind: "hold", reason: "both" }, { held: false }, { held: true }],
    [{ kind: "released" }, { held: true }, { held: false }],
    [{ kind: "frozen", until: 7 }, {}, { frozenUntil: 7 }],
    [{ kind: "paused", reason: "few" }, {}, { paused: { at: AT, reason: "few" } }],
    [
      { kind: "paused", reason: "skewed", about: "sessions" },
      {},
      { paused: { at: AT, reason: "skewed", about: "sessions" } },
    ],
    [{ kind: "stopped", reason: "drift" }, {}, { stopped: "drift" }],
    [{ kind: "ended", outcome: "promoted", reason: "good" }, {}, fresh({ at: "ended" })],
    [{ kind: "command", command: "pause" }, {}, { paused: { at: AT, reason: "test asked" } }],
    [{ kind: "unheard of" } as unknown as Note, {}, {}],
  ] as [Note, Partial<RolloutState>, Partial<RolloutState>][])("%j", (note, before, changes) => {
    expect(changed(bake(0, before), note)).toStrictEqual(changes);
  });

  test("to go back clears what stood in the way", () => {
    const before = bake(0, {
      paused: { at: BEGUN, reason: "x" },
      stopped: "x",
      mend: SPLIT,
      held: true,
      skip: true,
      forced: true,
    });
    const back = {
      ...fresh({ at: "return" }),
      paused: undefined,
      stopped: undefined,
      mend: undefined,
      held: false,
      skip: false,
      forced: false,
      outcome: { is: "rolled-back", reason: "errors" },
    };
    const note = { kind: "rollback", reason: "errors" } as const;
    expect(changed(before, note)).toStrictEqual(back);
    expect(changed({ ...before, rollbackAsked: "ana asked" }, note)).toStrictEqual({
      ...back,
      rollbackAsked: undefined,
      insisted: true,
    });
  });
});

describe("a track that carries no traffic keeps its servers", () => {
  const GONE = { at: "over" };
  const KEPT = { at: "keep", since: AT };
  const back = { is: "rolled-back", reason: "errors" } as const;

  test.each([
    ["after a promotion", { promoted: true }, KEPT],
    ["after a rollback, when it was given any", { outcome: back, deployed: true }, KEPT],
    ["not when it never was", { outcome: back, deployed: false }, GONE],
    ["nor where there is no other", { first: true, deployed: true }, GONE],
    [
      "nor is there one after a first release that goes back",
      { outcome: back, first: true, deployed: true },
      GONE,
    ],
  ] as [string, Partial<RolloutState>, object][])("%s", (_, changes, stage) => {
    const act = { do: "stable", track: "green" } as const;
    const before = stateAt({ at: "promote" }, { open: { id: 3, act }, ...changes });
    expect(step(before, entry({ kind: "done", id: 3 }))!.stage).toEqual(stage);
  });
});

describe("where the traffic is to be", () => {
  const back = { is: "rolled-back", reason: "" } as const;
  const on = { is: "promoted", reason: "" } as const;

  test.each([
    [{ at: "clear" }, { weights: SPLIT }, BLUE],
    [{ at: "backup" }, { weights: SPLIT }, SPLIT],
    [{ at: "backup" }, { weights: undefined }, BLUE],
    [{ at: "shift", step: 0 }, { weights: BLUE }, SPLIT],
    [{ at: "shift", step: 2 }, { weights: BLUE }, GREEN],
    [{ at: "bake", step: 0, since: 0 }, { weights: SPLIT }, SPLIT],
    [{ at: "return" }, { weights: SPLIT }, BLUE],
    [{ at: "unpromote" }, { weights: SPLIT }, BLUE],
    [{ at: "keep", since: 0 }, { weights: SPLIT, outcome: on }, GREEN],
    [{ at: "keep", since: 0 }, { weights: SPLIT, outcome: back }, BLUE],
    [{ at: "keep", since: 0 }, { weights: SPLIT, outcome: undefined }, BLUE],
  ] as [Stage, Partial<RolloutState>, object][])("%j %j", (stage, changes, weights) => {
    expect(targetOf(stateAt(stage, changes))).toEqual(weights);
  });
});

describe("users may be on the candidate", () => {
  const steps = [{ weight: 10, from: BEGUN }];
  const names = [
    "clear",
    "smoke",
    "shift",
    "bake",
    "promote",
    "return",
    "unpromote",
    "keep",
    "over",
    "ended",
  ];

  test("from the first step to the promotion", () => {
    const watched = names.filter((at) => isWatched(stateAt({ at, step: 0 } as Stage, { steps })));
    expect(watched).toEqual(["shift", "bake", "promote"]);
    expect(names.some((at) => isWatched(stateAt({ at, step: 0 } as Stage)))).toBe(false);
  });

  test("a bake is over after its time", () => {
    expect(bakedAt(stateAt({ at: "bake", step: 0, since: BEGUN }))).toBe(BEGUN + 300_000);
    expect(bakedAt(stateAt({ at: "bake", step: 1, since: BEGUN }))).toBe(BEGUN + 1_200_000);
    expect(bakedAt(stateAt({ at: "shift", step: 1 }))).toBe(Number.POSITIVE_INFINITY);
  });
});
