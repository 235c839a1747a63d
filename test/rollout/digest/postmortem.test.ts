import { expect, test } from "vitest";
import type { JournalEntry } from "../../../rollout/core/journal.ts";
import { allUsersFor } from "../../../rollout/digest/postmortem/exposure.ts";
import { postmortemOf } from "../../../rollout/digest/postmortem/model.ts";
import { postmortemText } from "../../../rollout/digest/postmortem/text.ts";
import { BEGUN, baking, rolledBack, traffic } from "../view/example.ts";

const seconds = traffic(190);
const found = postmortemOf("beta", rolledBack, seconds);

test("the users' share is weight times time", () => {
  expect(
    found.exposure.map(({ percent, from, to }) => [percent, (from - BEGUN) / 1000, (to - BEGUN) / 1000]),
  ).toEqual([
    [10, 12, 136],
    [25, 136, 161],
  ]);
  expect(allUsersFor(found.exposure)).toBeCloseTo((124 * 0.1 + 25 * 0.25) * 1000, 6);
});

test("impact is what was served while somebody was on the candidate", () => {
  const sum = (track: string, of: "requests" | "errors") =>
    seconds
      .filter(({ epochSecond }) => epochSecond >= BEGUN / 1000 + 12 && epochSecond < BEGUN / 1000 + 161)
      .reduce((all, { tracks }) => all + tracks[track]![of], 0);
  expect(found.impact).toMatchObject({
    tracks: [
      { track: "blue", requests: sum("blue", "requests"), errors: sum("blue", "errors") },
      { track: "green", requests: sum("green", "requests"), errors: sum("green", "errors") },
    ],
  });
});

test("detected by the word against it, recovered when all traffic was read back", () => {
  expect(found.detected).toMatchObject({ at: BEGUN + 160_000 });
  expect(found.recoveredAt).toBe(BEGUN + 162_000);
  const asked: JournalEntry[] = [
    ...baking,
    { kind: "command", command: "rollback", at: BEGUN + 150_000, by: "ann@host" },
    { kind: "rollback", reason: "ann@host asked for it", at: BEGUN + 151_000, by: "run" },
  ];
  expect(postmortemOf("beta", asked, seconds)).toMatchObject({
    detected: { at: BEGUN + 150_000, by: "a person" },
    recoveredAt: undefined,
    outcome: "rolled-back",
  });
});

test("the skeleton has the facts, and a TODO for the rest", () => {
  const text = postmortemText(found);
  for (const heading of [
    "## Impact",
    "## Root causes",
    "## Trigger",
    "## Detection",
    "## Resolution",
    "## Action items",
    "### What went well",
    "### What went wrong",
    "### Where we got lucky",
    "## Timeline (UTC)",
  ])
    expect(text).toContain(`\n${heading}\n`);
  expect(text).toContain("Users on green: 10 % for 2 min, 25 % for 25 s");
  expect(text).toContain("Time to recover: 2 s; all traffic was read back on blue at 12:02:42");
  expect(text).toContain("Blameless");
  expect(text.match(/TODO/g)!.length).toBeGreaterThan(15);
  expect(text.match(/^\| 2026-11-21 \d\d:\d\d:\d\d \|/gm)).toHaveLength(rolledBack.length);
  // A reason that looks like markup is text.
  expect(text).not.toContain("</script><b>&");
  expect(text).not.toMatch(/NaN|undefined|Infinity/);
});

test("without figures the impact is unknown, and the timeline stands", () => {
  const text = postmortemText(postmortemOf("beta", rolledBack, { unknown: "CloudWatch is down" }));
  expect(text).toContain("Requests that failed: unknown (CloudWatch is down)");
  expect(text).toContain("Time to detect: unknown");
  expect(postmortemText(postmortemOf("beta", rolledBack.slice(0, 6), []))).toContain("No user was on green");
});

test("no secret of an error's text comes along", () => {
  const failed: JournalEntry[] = [
    ...rolledBack.slice(0, 3),
    { kind: "failed", id: 2, error: "postgres://app:hunter2@db/x: refused", at: BEGUN + 2000, by: "run" },
  ];
  expect(postmortemText(postmortemOf("beta", failed, []))).not.toContain("hunter2");
});
