import { describe, expect, it, test } from "vitest";
import { replay } from "../../../rollout/core/replay.ts";
import { historyOf } from "../../../rollout/core/verdict.ts";
import { judgeOf } from "../../../rollout/run/judge.ts";
import { duration } from "../../../rollout/view/figures.ts";
import { gatesIn } from "../../../rollout/view/model.ts";
import { statusLine, statusLines } from "../../../rollout/view/status.ts";
import { statusView } from "../../../rollout/view/status-view.ts";
import { BEGUN, baking, plan, rolledBack, traffic } from "./example.ts";

function viewAt(
  second: number,
  journal = baking,
  real: Record<string, number> | undefined = { blue: 75, green: 25 },
) {
  const state = replay(journal)!;
  const seconds = traffic(second);
  const now = BEGUN + second * 1000;
  const { evidence } = judgeOf(plan)(historyOf(state, seconds, now));
  const asked = { blue: 75, green: 25 };
  return statusView({ stack: "beta", state, asked, real, seconds, through: now, evidence, now });
}

describe("the status", () => {
  const plain = { color: false, width: 100 };

  it("shows steps, splits, tracks, gates and the time left", () => {
    const text = statusLines(viewAt(147), plain).join("\n");
    expect(text).toContain("baking at 25 %, 110 s left, 7 min to the end of the last");
    expect(text).toContain("steps   [x] 10 % 2 min  [>] 25 % 2 min  [ ] 100 % 5 min");
    expect(text).toMatch(/asked {3}#{13}\.{37} {2}blue 75 green 25/);
    expect(text).toMatch(/green \(candidate\) +\d+\.\d +0\.\d\d % +\d\.\d\d %/);
    expect(text).toMatch(/errors +fail \|[#.]{24}\| +\d+ % {2}pass \|[#.]{24}\| +\d+ %/);
    expect(text).not.toContain("\x1b");
  });

  it("says how old figures are that come late, and shows none that say nothing of now", () => {
    const state = replay(baking)!;
    const seconds = traffic(147);
    const seen = { stack: "beta", state, asked: {}, real: undefined, seconds, evidence: undefined };
    const through = BEGUN + 147_000;
    const textAt = (now: number, unread?: string) =>
      statusLines(statusView({ ...seen, through, unread, now }), plain).join("\n");
    expect(textAt(through + 2_000)).toMatch(/last 10 s .*\nblue \(stable\) +225\.0 /);
    // A minute's: until the 137th second the candidate had 10 %.
    expect(textAt(through + 150_000)).toMatch(/60 s, 3 min ago .*\nblue \(stable\) +26\d\.\d /);
    const old = textAt(through + 301_000, "Throttling");
    expect(old).toMatch(/60 s, 5 min ago .*\nblue \(stable\) +- +- +-\n/);
    expect(old).toContain("the metrics can't be read: Throttling");
  });

  it("paints only when asked to", () => {
    expect(statusLines(viewAt(147), { ...plain, color: true }).join()).toContain("\x1b[31m");
  });

  it("says that the balancer can't be read", () => {
    const lines = statusLines({ ...viewAt(147), real: undefined }, plain);
    expect(lines.find((line) => line.startsWith("real"))).toContain("unknown");
  });

  it("says how it ended", () => {
    const view = viewAt(191, rolledBack, { blue: 100, green: 0 });
    expect(view.over).toBe(true);
    expect(statusLines(view, plain)[1]).toBe("rolled-back: errors: worse than stable: 5 % </script><b>&");
  });

  it("says until when a freeze holds a bake's end, and no longer", () => {
    const until = BEGUN + 150_000;
    const frozen = [...baking, { kind: "frozen", until, at: BEGUN + 140_000, by: "run" } as const];
    expect(viewAt(147, frozen).attention).toBe(`frozen until ${new Date(until).toISOString()}`);
    expect(viewAt(151, frozen).attention).toBeUndefined();
  });

  it("says both when a hold has ended in a pause", () => {
    const told = { at: BEGUN + 140_000, by: "run" };
    const held = [{ kind: "hold", reason: "both", ...told } as const];
    const paused = [{ kind: "paused", reason: "no decision in time: both", ...told } as const];
    expect(viewAt(147, [...baking, ...held, ...paused]).attention).toBe(
      "hold: both tracks are sick; paused: no decision in time: both",
    );
  });

  it("fits in a line for a log", () => {
    expect(statusLine(viewAt(147))).toMatch(
      /^baking at 25 %.*; asked blue 75 green 25; real blue 75 green 25; blue \d+\/s .* errors fail +\d+ % pass +\d+ %/,
    );
  });
});

describe("the gates", () => {
  it("find the candidate's errors, and say so in their evidence", () => {
    const gates = viewAt(170).gates;
    expect(gates.map(({ name, outcome }) => [name, outcome])).toEqual([
      ["errors", "fail"],
      ["over 500 ms", "wait"],
      ["4xx", "pass"],
      ["3xx", "pass"],
      ["unfinished", "pass"],
      ["cut", "pass"],
      ["over 500 ms while warming up", "pass"],
      ["slower", "pass"],
    ]);
    expect(gates[0]).toMatchObject({ toFail: 1 });
    expect(gates[0]!.reason).not.toContain("errors:");
  });

  it("judge alike, second by second or at once", () => {
    const state = replay(baking)!;
    const steps = state.steps.map(({ weight, from }) => ({ weight, from: Math.ceil(from / 1000) }));
    const history = { stable: "blue", candidate: "green", baked: false };
    const all = traffic(170);
    const bitByBit = judgeOf(plan);
    let last: unknown;
    for (let n = 1; n <= all.length; n += 1) {
      const seconds = all.slice(0, n);
      const begun = steps.filter(({ from }) => from <= seconds.at(-1)!.epochSecond);
      last = bitByBit({ ...history, seconds, steps: begun });
    }
    expect(last).toEqual(judgeOf(plan)({ ...history, seconds: all, steps }));
  });

  it("pass no step by what another has shown", () => {
    const seconds = traffic(130);
    const steps = [{ weight: 10, from: BEGUN / 1000 + 13 }];
    const history = { stable: "blue", candidate: "green", seconds, baked: true };
    const judge = judgeOf(plan);
    expect(judge({ ...history, steps }).outcome).toBe("pass");
    const later = [...steps, { weight: 25, from: BEGUN / 1000 + 137 }];
    expect(judge({ ...history, steps: later })).toMatchObject({
      outcome: "wait",
      reason: "errors: no data from this step yet",
    });
  });

  it("blame nobody when both tracks are sick", () => {
    const sick = { requests: 150, errors: 60, slow: 0 };
    const well = { requests: 150, errors: 0, slow: 0 };
    const seconds = Array.from({ length: 90 }, (_, index) => ({
      epochSecond: BEGUN / 1000 + index,
      tracks: { blue: index < 70 ? well : sick, green: index < 70 ? well : sick },
    }));
    const steps = [{ weight: 50, from: BEGUN / 1000 + 60 }];
    const verdict = judgeOf(plan)({ stable: "blue", candidate: "green", seconds, steps, baked: false });
    expect(verdict).toMatchObject({ outcome: "wait", hold: true });
  });

  it.each([undefined, null, 5, "x", { gates: 1 }, [{ outcome: "maybe" }]])(
    "%j is no evidence",
    (evidence) => {
      expect(gatesIn(evidence)).toEqual([]);
    },
  );
});

test.each([
  [0, "0 s"],
  [119, "119 s"],
  [120, "2 min"],
  [7200, "2 h"],
  [9000, "2 h 30 min"],
])("%d seconds are %s", (seconds, text) => {
  expect(duration(seconds)).toBe(text);
});

describe("the status of a drain", () => {
  const DRAIN = { mostSeconds: 3600, idleSeconds: 1800 };
  const at = (second: number, most = DRAIN.mostSeconds) => {
    const notes = [
      ...baking,
      { kind: "verified", weights: { green: 100 }, draining: "blue", at: BEGUN + 137_000, by: "ann@host" },
    ] as const;
    const state = {
      ...replay(notes)!,
      stage: { at: "bake", step: 2, since: BEGUN + 137_000 } as const,
      draining: "blue",
      plan: { ...plan, drain: { ...DRAIN, mostSeconds: most } },
    };
    const seen = { stack: "beta", state, asked: { green: 100 }, real: { green: 100 }, evidence: undefined };
    const now = BEGUN + second * 1000;
    return statusView({ ...seen, seconds: traffic(second), through: now, now });
  };

  it("says who is still there, how much of all that is, and for how long at most", () => {
    const lines = statusLines(at(147), { color: false, width: 100 });
    expect(lines).toContain(
      "drains  blue keeps its sessions, 225.0 requests/s (75.00 % of all), 60 min more at most",
    );
    expect(statusLine(at(147))).toContain("; blue keeps its sessions, 225.0 requests/s");
    expect(at(137 + 3599).draining).toEqual({ track: "blue", leftSeconds: 1 });
    expect(at(137 + 3601).draining).toEqual({ track: "blue", leftSeconds: 0 });
  });

  it("says what the step waits for when its bake is over", () => {
    expect(at(137 + 299).doing).toBe("baking at 100 %");
    expect(at(137 + 300).doing).toBe("baked at 100 %, until the last sessions of blue have ended");
  });

  it("says nothing of it where nothing drains", () => {
    expect(viewAt(147).draining).toBeUndefined();
    expect(statusLines(viewAt(147), { color: false, width: 100 }).join("\n")).not.toContain("drains");
  });
});
