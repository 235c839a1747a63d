import { describe, expect, test } from "vitest";
import { replay } from "../../../rollout/core/replay.ts";
import type { MetricSecond, SessionCounts } from "../../../rollout/core/verdict.ts";
import { judgeOf } from "../../../rollout/run/judge.ts";
import { reportData } from "../../../rollout/view/report/data.ts";
import { reportPage } from "../../../rollout/view/report/page.ts";
import { statusLine, statusLines } from "../../../rollout/view/status.ts";
import { statusView } from "../../../rollout/view/status-view.ts";
import { BEGUN, baking, plan } from "./example.ts";

// The split was read back in the 137th second: 25 % of those that begin.

const second = (after: number, of: Record<string, [requests: number, sessions?: SessionCounts]>) =>
  ({
    epochSecond: BEGUN / 1000 + after,
    tracks: Object.fromEntries(
      Object.entries(of).map(([track, [requests, sessions]]) => [
        track,
        { requests, errors: 0, slow: 0, ...(sessions && { sessions }) },
      ]),
    ),
  }) satisfies MetricSecond;

const SOME = [
  second(100, { blue: [90, { first: 9, again: 0, held: 60 }], green: [10, { first: 1, again: 0, held: 3 }] }),
  second(140, { blue: [80, { first: 5, again: 1, held: 54 }], green: [20, { first: 1, again: 1, held: 8 }] }),
];

function viewOf(seconds: readonly MetricSecond[], behindMs = 0) {
  const through = BEGUN + 150_000;
  return statusView({
    ...{ stack: "beta", state: replay(baking)!, real: { blue: 75, green: 25 }, seconds, through },
    ...{ asked: { blue: 75, green: 25 }, evidence: undefined, now: through + behindMs },
  });
}
const lines = (seconds: readonly MetricSecond[], behindMs = 0) =>
  statusLines(viewOf(seconds, behindMs), { color: false, width: 100 }).filter((line) =>
    /^(new|active|served|lag)/.test(line),
  );

describe("where users are", () => {
  test("is beside what was asked: those that began since, those that have a session, and all", () => {
    expect(viewOf(SOME).shares).toEqual({
      begun: { blue: 0.75, green: 0.25 },
      sessions: 8,
      active: { blue: 129 / 143, green: 14 / 143 },
      requests: { blue: 0.85, green: 0.15 },
      lag: 15,
    });
    expect(lines(SOME)).toEqual([
      expect.stringMatching(/^new {5}#{13}\.{37} {2}blue 75 green 25 of 8 sessions$/),
      expect.stringMatching(/^active {2}#{5}\.{45} {2}blue 90 green 10$/),
      expect.stringMatching(/^served {2}#{8}\.{42} {2}blue 85 green 15$/),
      "lag     green is 15 points behind what is asked, of what sessions ask for",
    ]);
    expect(statusLine(viewOf(SOME))).toContain(
      "real blue 75 green 25; new blue 75 green 25 of 8 sessions; active blue 90 green 10;",
    );
  });

  test("is told of requests alone where nobody is held to a version", () => {
    const none = [second(140, { blue: [74], green: [26] })];
    expect(lines(none)).toEqual([
      expect.stringMatching(/^served {2}#+\.+ {2}blue 74 green 26$/),
      "lag     green is 1 point ahead of what is asked, of all requests",
    ]);
    expect(lines([second(140, { blue: [75], green: [25] })])).toHaveLength(1);
  });

  test("isn't told of what is long ago, but how many have begun is", () => {
    expect(lines([])).toEqual([]);
    expect(lines(SOME.slice(0, 1))).toHaveLength(3);
    expect(lines(SOME, 301_000)).toEqual([expect.stringMatching(/^new /)]);
  });
});

test("the report shows the candidate's share, asked and real, where sessions are counted", () => {
  const page = (seconds: readonly MetricSecond[]) =>
    reportPage(reportData("beta", baking, seconds, judgeOf(plan), BEGUN + 150_000));
  const shown = page(SOME);
  expect(shown).toContain("Share of green, asked and real");
  for (const name of ["asked", "new sessions", "what sessions ask for", "all requests"])
    expect(shown).toContain(`&quot;name&quot;:&quot;${name}&quot;`);
  expect(shown).toContain("<dt>green</dt><dd>3 new sessions</dd><dd>30 requests</dd>");
  expect(page([second(140, { blue: [74], green: [26] })])).not.toContain("Share of green");
});
