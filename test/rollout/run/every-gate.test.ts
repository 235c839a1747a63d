import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { gates } from "../../../infra/settings/schema/gates.ts";
import { planOf } from "../../../rollout/core/plan.ts";
import { WAYS } from "../../../rollout/core/verdict.ts";
import type { GateEvidence } from "../../../rollout/run/gates/indicator.ts";
import { judgeOf } from "../../../rollout/run/judge.ts";
import { ROOT } from "../docs-pages.ts";

// A gate is a key of `rollout:plan.gates` that the plan carries, a judge that answers for it, a test of it in whole rollouts
// and a word in docs/gates.md. CONTRIBUTING.md lists what a gate takes.

const PAGE = readFileSync(join(ROOT, "docs/gates.md"), "utf8").replaceAll(/\s+/g, " ");

type Key = keyof typeof gates.shape;

/** How each gate calls itself, another value of it, the test that has it fail a candidate, and the words of docs/gates.md. */
const GATES: Partial<
  Record<Key, { name: string; other: unknown; test: [file: string, title: string]; readme: string }>
> = {
  errorRate: {
    name: "errors",
    other: { max: 0.2 },
    test: ["judge.test.ts", "send back one that fails 20 % within seconds"],
    readme: "It judges by errors",
  },
  latency: {
    name: "over 500 ms",
    other: { p95: "2s" },
    test: ["judge.test.ts", "send back one that is slow"],
    readme: "slow requests",
  },
  burnRate: {
    name: "burn rate of 99.9 %",
    other: { objective: 95 },
    test: ["gates.test.ts", "that a first release burns stops it"],
    readme: "the burn rate of the error budget",
  },
  counters: {
    name: "quotes",
    other: {},
    test: ["gates.test.ts", "that are bad send a candidate back"],
    readme: "what your application counts of its business",
  },
  alarms: {
    name: "alarms",
    other: false,
    test: ["gates.test.ts", "the candidate's being on sends it back"],
    readme: "each track's alarms",
  },
};
/** How all of them judge. */
const SETTINGS: Partial<Record<Key, unknown>> = {
  minRequests: 7,
  falseAlarm: 0.2,
  miss: 0.2,
  smallest: 9,
  onFail: { quotes: "tell", errors: "pause" },
};

const COUNTERS = { quotes: { bad: "QuotesFailed", total: "QuotesAsked" } };
const planWith = (given: object) =>
  planOf({
    steps: [{ weight: 100, bake: "1m" }],
    freeze: [],
    gates: gates.parse({ counters: COUNTERS, ...given }),
  });

test("the schema has these gates and settings, and no other", () => {
  expect(Object.keys(gates.shape).toSorted()).toEqual(
    [...Object.keys(GATES), ...Object.keys(SETTINGS)].toSorted(),
  );
});

test("a judge answers for each gate, and for no other", () => {
  const alarm = { name: "state", state: "OK", reason: "" } as const;
  const verdict = judgeOf(planWith({}))({
    ...{ stable: "blue", candidate: "green", seconds: [], steps: [], baked: false },
    alarms: { candidate: [alarm], stable: [alarm] },
  });
  const names = (verdict.evidence as GateEvidence[]).map(({ name }) => name);
  const others = [...WAYS, "over 500 ms while warming up", "fewer quotes", "slower"];
  expect(names.toSorted()).toEqual([...Object.values(GATES).map(({ name }) => name), ...others].toSorted());
});

const others = [
  ...Object.entries(GATES).map(([key, { other }]) => [key, other]),
  ...Object.entries(SETTINGS),
];
test.each(others)("the plan carries %s", (key, other) => {
  expect(planWith({ [key as Key]: other }).gates).not.toEqual(planWith({}).gates);
});

describe.each(Object.entries(GATES))("%s", (_, gate) => {
  test("has a test that lets it fail a candidate", () => {
    const [file, title] = gate.test;
    const path = join(import.meta.dirname, file);
    expect(existsSync(path) && readFileSync(path, "utf8")).toContain(title);
  });

  test("is in docs/gates.md", () => {
    expect(PAGE).toContain(gate.readme);
  });
});
