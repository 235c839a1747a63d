import { describe, expect, test } from "vitest";
import type { PlanGates } from "../../../rollout/core/plan.ts";
import type { AlarmReading } from "../../../rollout/core/verdict.ts";
import { LOOKS_BACK_SECONDS } from "../../../rollout/run/gates/alarm-gate.ts";
import { judgeOf } from "../../../rollout/run/judge.ts";
import { planFor, play } from "../../support/simulated-run.ts";
import { World } from "../../support/simulated-world.ts";

// The gates beside errors and latency, in whole rollouts.

const plain = planFor([
  { weight: 25, bake: 120 },
  { weight: 100, bake: 60 },
]);
const planWith = (gates: Partial<PlanGates>) => ({ ...plain, gates: { ...plain.gates, ...gates } });
const runWith = (world: World, gates: Partial<PlanGates>) => {
  const plan = planWith(gates);
  return play({ world, plan, judge: judgeOf(plan) });
};

/** Stable has served for a while: the gates learn from it what is usual. */
function world(): World {
  const made = new World();
  made.now += 600_000;
  made.requestsPerSecond = 300;
  return made;
}

const alarm = (state: AlarmReading["state"], since?: number): AlarmReading[] => [
  { name: "state", state, reason: "errors", ...(since !== undefined && { since }) },
];

describe("alarms", () => {
  test("that are off let a candidate pass, and the evidence says so", async () => {
    const on = world();
    on.alarms = () => alarm("OK");
    expect((await runWith(on, {})).result.outcome).toBe("promoted");
    const passed = on.journal.find(({ kind }) => kind === "passed");
    expect(passed).toMatchObject({
      evidence: expect.arrayContaining([expect.objectContaining({ name: "alarms", outcome: "pass" })]),
    });
  });

  test("the candidate's being on sends it back, whatever the counts say", async () => {
    const on = world();
    on.alarms = (track) => alarm(track === "green" && (on.real.green ?? 0) > 0 ? "ALARM" : "OK", on.now);
    expect((await runWith(on, {})).result).toEqual({
      outcome: "rolled-back",
      reason: "alarms: state is on (errors)",
    });
  });

  test("on for both holds and pages, and nobody is sent back", async () => {
    const on = world();
    on.alarms = () => alarm("ALARM");
    const { result, told } = await runWith(on, {});
    expect(result.outcome).toBe("stopped");
    const kinds = told.map(({ entry }) => entry.kind);
    expect(kinds).toContain("hold");
    expect(kinds).not.toContain("rollback");
  });

  test("that can't be read let nothing pass; the wait ends in a pause", async () => {
    const on = world();
    on.alarms = () => {
      throw new Error("AccessDenied");
    };
    const { result, told } = await runWith(on, {});
    expect(result).toMatchObject({ outcome: "stopped" });
    expect(told.map(({ entry }) => entry).find(({ kind }) => kind === "paused")).toMatchObject({
      reason: expect.stringContaining("alarms: can't be read (AccessDenied)"),
    });
  });

  test("that were unreadable for a while hold nothing up for good", async () => {
    const on = world();
    const until = on.now + 60_000;
    on.alarms = (_, now) => {
      if (now < until) throw new Error("Throttling");
      return alarm("OK");
    };
    expect((await runWith(on, {})).result.outcome).toBe("promoted");
  });

  test("on since before the candidate had traffic don't blame it, and must go off", async () => {
    const on = world();
    const began = on.now;
    on.alarms = (track, now) =>
      track === "green" && now < began + 50_000 ? alarm("ALARM", began - 60_000) : alarm("OK", began);
    expect((await runWith(on, {})).result.outcome).toBe("promoted");
    const stuck = world();
    stuck.alarms = (track) => alarm(track === "green" ? "ALARM" : "OK", stuck.now - 3_600_000);
    expect((await runWith(stuck, {})).result.reason).toContain("paused");
  });

  // A bad version of the same track was sent back so many seconds before the new one gets traffic.
  test.each([
    ["as long as they look at the bad version before it", LOOKS_BACK_SECONDS - 30, "promoted"],
    ["but blame it once that is out of sight", LOOKS_BACK_SECONDS + 30, "rolled-back"],
  ])("that come on again don't blame the mended version, %s", async (_, agoSeconds, outcome) => {
    const on = world();
    on.move({ blue: 50, green: 50 });
    const bad = on.now / 1000;
    on.health = (track, second) => ({ errors: track === "green" && second < bad + 10 ? 0.5 : 0 });
    on.now += 10_000;
    on.move({ blue: 100 });
    on.now += agoSeconds * 1000;
    const began = on.now;
    on.alarms = (track, now) => {
      const isOn = track === "green" && now > began + 3_000 && now < began + 15_000;
      return alarm(isOn ? "ALARM" : "OK", now);
    };
    expect((await runWith(on, {})).result.outcome).toBe(outcome);
  });

  test("without data yet are no alarms that are off, and a first release is judged by its own", async () => {
    const on = world();
    on.alarms = () => alarm("INSUFFICIENT_DATA");
    expect((await runWith(on, {})).result.outcome).toBe("stopped");
    const first = world();
    first.alarms = () => alarm("ALARM");
    const sick = play({
      world: first,
      plan: plain,
      judge: judgeOf(plain),
      stable: "blue",
      candidate: "blue",
    });
    expect((await sick).result.reason).toContain("alarms: state is on");
  });

  test("are no gate where the config says so", async () => {
    const on = world();
    on.alarms = (track) => alarm(track === "green" ? "ALARM" : "OK");
    expect((await runWith(on, { alarms: false })).result.outcome).toBe("promoted");
  });
});

describe("counters", () => {
  const counters = { quotes: { bad: "QuotesFailed", total: "QuotesAsked", max: 0.05, min: 50 } };
  const counting = (green: number) => (track: string, second: number) => ({
    quotes: { total: 10, bad: track === "green" && second % 10 < 10 * green ? 10 : 0 },
  });

  test("that are good let a candidate pass", async () => {
    const on = world();
    on.counters = counting(0);
    expect((await runWith(on, { counters })).result.outcome).toBe("promoted");
  });

  test("that are bad send a candidate back that answers no error", async () => {
    const on = world();
    on.health = () => ({ errors: 0 });
    on.counters = counting(1);
    const { result } = await runWith(on, { counters });
    expect(result).toMatchObject({
      outcome: "rolled-back",
      reason: expect.stringMatching(/^quotes: green: .*, blue .*; /),
    });
  });

  test("that nobody tells let nothing pass", async () => {
    const on = world();
    const { result, told } = await runWith(on, { counters });
    expect(result.outcome).toBe("stopped");
    expect(told.map(({ entry }) => entry).find(({ kind }) => kind === "paused")).toMatchObject({
      reason: expect.stringContaining("quotes: no data from the candidate"),
    });
  });
});

describe("the error budget", () => {
  test("that lasts lets a candidate pass", async () => {
    const on = world();
    on.health = () => ({ errors: 0.0005 });
    expect((await runWith(on, { objective: 0.999 })).result.outcome).toBe("promoted");
  });

  test("that a first release burns stops it, where the plan's own limit would not", async () => {
    const on = world();
    on.health = () => ({ errors: 0.03 });
    const plan = planWith({ objective: 0.999, errorRate: 0.2 });
    const { result } = await play({
      world: on,
      plan,
      judge: judgeOf(plan),
      stable: "blue",
      candidate: "blue",
    });
    expect(result.reason).toContain("burn rate of 99.9 %: burns");
  });

  test("that both burn holds and pages", async () => {
    const on = world();
    on.health = () => ({ errors: 0.03 });
    const { result, told } = await runWith(on, { objective: 0.999, errorRate: 0.2 });
    expect(result.outcome).toBe("stopped");
    const hold = told.map(({ entry }) => entry).find(({ kind }) => kind === "hold");
    expect(hold).toMatchObject({ reason: expect.stringContaining("both tracks burn") });
    expect(told.map(({ entry }) => entry.kind)).not.toContain("rollback");
  });
});

test.each([
  [10, 30, 0.3],
  [25, 10, 0.9],
  [50, 5, 0.9],
  [50, 30, 0.1],
  [50, 30, 0.3],
])(
  "an outage of both at %d %%, for %d s with %d errors, doesn't send the candidate back, now or later",
  async (weight, lasts, errors) => {
    for (const seed of [1, 2, 3]) {
      const on = new World({ seed });
      on.now += 600_000;
      on.requestsPerSecond = 300;
      on.health = (_, second) => {
        const shifted =
          on.splits.find(({ weights }) => weights.green === weight)?.at ?? Number.POSITIVE_INFINITY;
        const since = second - shifted / 1000;
        return { errors: since > 20 && since < 20 + lasts ? errors : 0.0003 };
      };
      const bakes = planFor([
        { weight, bake: 120 },
        { weight: 100, bake: 60 },
      ]);
      const steps = bakes.steps.map((step) => ({ ...step, graceSeconds: 1800 }));
      const plan = { ...bakes, steps, gates: { ...bakes.gates, objective: 0.999 } };
      const { told } = await play({ world: on, plan, judge: judgeOf(plan) });
      const kinds = told.map(({ entry }) => entry.kind);
      expect(kinds).toContain("hold");
      expect(kinds).not.toContain("rollback");
    }
  },
);

test("a restart comes to the same from the whole history, with every gate", () => {
  const plan = planWith({
    objective: 0.999,
    counters: { quotes: { bad: "a", total: "b", max: 0.05, min: 5 } },
  });
  const on = world();
  on.counters = (_, second) => ({ quotes: { total: 3, bad: second % 7 === 0 ? 1 : 0 } });
  on.now += 60_000;
  const seconds = on.metricsSince(0);
  const steps = [{ weight: 10, from: seconds[600]!.epochSecond }];
  const history = { stable: "blue", candidate: "green", steps, baked: true };
  const atOnce = judgeOf(plan)({ ...history, seconds });
  const judge = judgeOf(plan);
  for (let i = 601; i < seconds.length; i += 1) judge({ ...history, seconds: seconds.slice(0, i) });
  expect(judge({ ...history, seconds })).toEqual(atOnce);
});
