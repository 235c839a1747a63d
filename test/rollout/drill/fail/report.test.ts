import { expect, it } from "vitest";
import { failMarkdown } from "../../../../rollout/drill/fail/report/markdown.ts";
import { expectedText, failText } from "../../../../rollout/drill/fail/report/text.ts";
import { expectationsOf, SCENARIO_NAMES } from "../../../../rollout/drill/fail/scenario.ts";
import { SCENARIOS } from "../../../../rollout/drill/fail/scenarios.ts";
import { Findings } from "../../../../rollout/drill/findings.ts";
import { drillPage } from "../../../../rollout/drill/page.ts";
import { type DrillRecord, outcomeOf } from "../../../../rollout/drill/record.ts";
import { expectWhole } from "../../../support/page.ts";

const findings = new Findings(() => {});
findings.add("out", "pass", "after 6.3 s");
findings.judge("goes on", ["3 of 60 lost", "<b> | late"], "none");
findings.add("drill", "fail", "it stopped: no answer");
const server = SCENARIOS.find(({ name }) => name === "server")!;
const checks = findings.all(
  expectationsOf(server).map(({ name }) => name),
  "the drill ended before it",
);
const record: DrillRecord = {
  version: 1,
  id: "fail-server-20261121T091420Z",
  drill: "fail-server",
  stack: "beta",
  on: "rehearsal",
  startedAt: Date.UTC(2026, 10, 21, 9, 14, 20),
  endedAt: Date.UTC(2026, 10, 21, 9, 14, 50),
  by: "ann@host",
  outcome: outcomeOf(checks),
  checks,
  figures: { detectSeconds: 6.3, requests: 448, lost: 31 },
  facts: { fails: server.breaks, servers: "blue-1" },
};

it("has a check for each expectation, unknown where nobody looked, and what was found besides", () => {
  expect(checks.map(({ name, verdict }) => [name, verdict])).toEqual([
    ["out", "pass"],
    ["goes on", "fail"],
    ["in", "unknown"],
    ["none lost after", "unknown"],
    ["mended", "unknown"],
    ["drill", "fail"],
  ]);
  expect(record.outcome).toBe("failed");
});

it("reads the same on a terminal, as markdown and as a page", () => {
  const text = failText(record, { markdown: "a.md", html: "a.html" });
  const texts = [text, failMarkdown(record), drillPage(record)];
  for (const each of texts)
    for (const part of ["Failure drill of beta: server", "failed", "6.3 s", "31"])
      expect(each).toContain(part);
  for (const each of texts.slice(0, 2)) expect(each).not.toMatch(/undefined|NaN/);
  expect(texts[1]).toContain("<b> \\| late");
  expect(texts[2]).toContain("&lt;b&gt; | late");
  expectWhole(texts[2]!);
});

it("states what is expected of every scenario, each check by one name", () => {
  expect(SCENARIOS.map(({ name }) => name)).toEqual(SCENARIO_NAMES);
  for (const scenario of SCENARIOS) {
    const names = expectationsOf(scenario).map(({ name }) => name);
    expect(new Set(names).size).toBe(names.length);
    for (const { name, text } of expectationsOf(scenario)) {
      expect(expectedText()).toContain(name);
      expect(expectedText()).toContain(text);
    }
  }
});
