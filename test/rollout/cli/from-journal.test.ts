import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { configFromJournal } from "../../../rollout/cli/rollout/from-journal.ts";
import type { RolloutState } from "../../../rollout/core/state.ts";

const CONFIG = `# ours
config:
  rollout:tracks:
    blue: { weight: 100, servers: 1 } # the one that serves
    green: { weight: 0, servers: 1 }
  rollout:stable: blue
`;
let folder: string;
const text = () => readFileSync(join(folder, "Pulumi.prod.yaml"), "utf8");
const state = (change: Partial<RolloutState>) =>
  ({
    stable: "blue",
    candidate: "green",
    stage: { at: "bake", step: 0, since: 0 },
    ...change,
  }) as RolloutState;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "from-journal-"));
  writeFileSync(join(folder, "Pulumi.prod.yaml"), CONFIG);
});
afterEach(() => rmSync(folder, { recursive: true }));

test("the weights that were last read back, and not one byte else", async () => {
  expect(await configFromJournal(folder, "prod", state({ weights: { blue: 75, green: 25 } }))).toBe(true);
  expect(text()).toBe(CONFIG.replace("weight: 100", "weight: 75").replace("weight: 0", "weight: 25"));
});

test("what drains at them, too", async () => {
  const drains = state({ weights: { green: 100 }, draining: "blue" });
  expect(await configFromJournal(folder, "prod", drains)).toBe(true);
  expect(text()).toMatch(/\n {2}rollout:stable: blue\n {2}rollout:draining: blue\n$/);
  // Asked for, and not read back yet: blue carries half.
  expect(await configFromJournal(folder, "prod", { ...drains, weights: { blue: 50, green: 50 } })).toBe(true);
  expect(text()).not.toContain("draining");
});

test("once it is promoted, the candidate is stable", async () => {
  const promoted = state({
    stage: { at: "keep", since: 0 },
    weights: { green: 100 },
    outcome: { is: "promoted", reason: "all steps passed" },
  });
  expect(await configFromJournal(folder, "prod", promoted)).toBe(true);
  expect(text()).toContain("rollout:stable: green");
  expect(text()).toContain("green: { weight: 100,");
});

test("before anything was moved the config is as it was", async () => {
  expect(await configFromJournal(folder, "prod", state({ stage: { at: "backup" } }))).toBe(true);
  expect(text()).toBe(CONFIG);
});

test.each([undefined, state({ stage: { at: "ended" }, weights: { green: 100 } })])(
  "nothing without a rollout under way",
  async (none) => {
    expect(await configFromJournal(folder, "prod", none)).toBe(false);
    expect(text()).toBe(CONFIG);
  },
);
