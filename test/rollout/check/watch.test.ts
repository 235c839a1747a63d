import { describe, expect, test } from "vitest";
import type { Result } from "../../../rollout/check/run.ts";
import { resultsText } from "../../../rollout/check/text.ts";
import { Rounds, watch } from "../../../rollout/check/watch.ts";
import type { CheckStatus } from "../../../rollout/drill/record.ts";
import type { Notice } from "../../../rollout/notify/notice.ts";

function result(check: string, status: CheckStatus): Result {
  return {
    check,
    status,
    evidence: `${check} is ${status}`,
    whatToDo: status === "pass" ? "" : `mend ${check}`,
  };
}

/** What is told after each round of one check. */
function told(...rounds: CheckStatus[]): (string | undefined)[] {
  const known = new Rounds();
  return rounds.map((status) => {
    const [change] = known.take([result("health", status)]);
    return change && (change.recovered ? "well" : "ill");
  });
}

test("tells a failure once, and that it is over", () => {
  expect(told("pass", "fail", "fail", "pass", "pass")).toEqual([
    undefined,
    "ill",
    undefined,
    "well",
    undefined,
  ]);
});

test("not to know is nothing new, until it lasts", () => {
  expect(told("pass", "unknown", "unknown", "pass")).toEqual([undefined, undefined, undefined, undefined]);
  expect(told("unknown", "unknown", "unknown", "unknown", "pass")).toEqual([
    undefined,
    undefined,
    "ill",
    undefined,
    "well",
  ]);
  expect(told("fail", "unknown", "fail")).toEqual(["ill", undefined, undefined]);
});

describe("the watch", () => {
  test("goes round by round at its interval, tells what changes, and ends when asked to", async () => {
    const rounds: CheckStatus[] = ["pass", "fail", "fail", "pass"];
    const notices: Notice[] = [];
    const ending = new AbortController();
    const began: number[] = [];
    let time = 0;
    let flushed = false;
    await watch({
      stack: "beta",
      everyMs: 300_000,
      async check() {
        began.push(time);
        // A check takes its time; the next round doesn't wait longer for it.
        time += 7_000;
        return [result("database", rounds[began.length - 1]!), result("disk", "pass")];
      },
      notifier: {
        tell: (notice) => void notices.push(notice),
        async flush() {
          flushed = true;
        },
      },
      now: () => time,
      async sleep(ms) {
        time += ms;
        if (began.length === rounds.length) ending.abort();
      },
      told: () => {},
      signal: ending.signal,
    });
    expect(began).toEqual([0, 300_000, 600_000, 900_000]);
    expect(flushed).toBe(true);
    expect(notices.map(({ title, answerBy, severity }) => [severity, title, answerBy])).toEqual([
      ["P1", "P1 beta: database fails: database is fail", 307_000 + 30 * 60_000],
      ["P1", "P1 beta: database is well again: database is pass", null],
    ]);
    expect(notices[0]!.messages).toEqual([{ to: "operators", withinMinutes: 0, text: "mend database" }]);
  });
});

test("the table leads with what to do about what fails, in 80 columns", () => {
  const long = { ...result("tls", "fail"), evidence: `${"word ".repeat(40)}${"x".repeat(90)}` };
  const text = resultsText("beta (rehearsal)", [result("dns", "pass"), result("alarms", "unknown"), long]);
  const lines = text.split("\n");
  expect(lines[0]).toBe("beta (rehearsal): 1 pass, 1 fail, 1 unknown");
  expect(lines[2]).toBe("FAIL    tls         mend tls");
  expect(lines.at(-1)).toBe("pass    dns         dns is pass");
  expect(Math.max(...lines.map((line) => line.length))).toBeLessThanOrEqual(80);
});
