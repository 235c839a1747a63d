import { describe, expect, test } from "vitest";
import { drillPage } from "../../../rollout/drill/page.ts";
import { recordOf } from "../../../rollout/drill/record.ts";
import { usersSeen } from "../../../rollout/drill/users-seen.ts";
import { DESK, expectWhole, PHONE, testOpens, testReadable } from "../../support/page.ts";

const START = Date.UTC(2026, 10, 21, 9, 14, 20);
const at = (second: number) => START + second * 1000;

/** Twenty requests a second; from the 8th second on, for six, every fourth is lost after a second. */
const fates = Array.from({ length: 600 }, (_, index) => {
  const second = index / 20;
  const lost = second >= 8 && second < 14 && index % 4 === 0;
  return { dueAt: at(second), latencyMs: lost ? 1000 : 20, lost };
});

const fail = recordOf({
  drill: "fail-server",
  stack: "beta",
  on: "rehearsal",
  startedAt: START,
  endedAt: at(30),
  by: "ann@host",
  checks: [
    { name: "out", verdict: "pass", details: "after 6.3 s", expected: "it gets no requests within 25 s" },
    {
      name: "goes on",
      verdict: "fail",
      details: "30 of 120 lost; <b> | late",
      expected: "no request is lost",
    },
    { name: "in", verdict: "unknown", details: "the drill ended before it" },
  ],
  figures: { detectSeconds: 6.3, requests: 600, lost: 30 },
  facts: { fails: "one server of a track stops answering", servers: "blue-1" },
  users: usersSeen(fates),
  told: [
    { at: at(8), text: "broken: blue-1 is killed" },
    { at: at(14), text: "out: pass, after 6.3 s" },
    { at: at(20), text: "goes on: fail, 30 of 120 lost" },
  ],
});
const restore = recordOf({
  drill: "restore",
  stack: "prod",
  on: "aws",
  startedAt: START,
  endedAt: at(900),
  by: "ann@host",
  checks: [{ name: "digests", verdict: "pass", details: "12 tables are the same" }],
  figures: { rtoSeconds: 812.44, rpoSeconds: 41 },
  facts: { recoveryPoint: "arn:aws:backup:us-east-1:111122223333:recovery-point:1" },
});

test("what users got is told by the second, in order", () => {
  const seconds = usersSeen(fates.toReversed());
  expect(seconds).toHaveLength(30);
  expect(seconds[0]).toEqual({ at: START, requests: 20, lost: 0, slowestMs: 20 });
  expect(seconds[10]).toEqual({ at: at(10), requests: 20, lost: 5, slowestMs: 1000 });
});

test("a page says what was broken, what users saw, what was looked at and found, and what was done when", () => {
  const page = drillPage(fail);
  expectWhole(page);
  for (const part of [
    "one server of a track stops answering",
    '<p class="outcome bad">failed</p>',
    "<dt>noticed after</dt><dd>6.3 s</dd>",
    "no request is lost",
    "30 of 120 lost; &lt;b&gt; | late",
    "broken: blue-1 is killed",
    "blue-1",
  ])
    expect(page).toContain(part);
  expect(page.match(/ data-chart="/g)).toHaveLength(2);
  expect(page).toContain("&quot;text&quot;:&quot;broken&quot;,&quot;kind&quot;:&quot;bad&quot;");
  expect(page).toContain("&quot;text&quot;:&quot;out&quot;,&quot;kind&quot;:&quot;good&quot;");
});

test("one without users has no charts, and a record of before there were pages is a page too", () => {
  const page = drillPage(restore);
  expectWhole(page);
  expect(page).toContain("Restore drill of prod");
  expect(page).toContain("<dt>RTO</dt><dd>812.44 s</dd>");
  expect(page).not.toMatch(/ data-chart="|<h2>Journal/);
});

testOpens(() => drillPage(fail), "Failure drill of beta: server");
for (const screen of [DESK, PHONE]) testReadable(() => drillPage(fail), { ...screen, smallestPx: 11 });
describe("without charts", () => testReadable(() => drillPage(restore), { ...PHONE, smallestPx: 11 }));
