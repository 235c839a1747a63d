import { existsSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { readPhases } from "../../rollout/cli/phases/phase-files.ts";
import { stackSettings } from "../../rollout/config/settings.ts";
import { captureGraph } from "../../rollout/graph/capture.ts";
import { checkPolicies, waiversOf } from "../../rollout/preview/policies.ts";
import { ROOT } from "../support/sample.ts";

// The stacks that this repository has, whichever they are. All other tests have a config of their own (test/sample), so that
// a team that writes its own config finds here what is wrong with it, and nowhere else.

const stacks = readdirSync(ROOT).flatMap((name) => /^Pulumi\.(.+)\.yaml$/.exec(name)?.[1] ?? []);

test("there is one at least", () => {
  expect(stacks).not.toEqual([]);
});

describe.each(stacks)("%s", (stack) => {
  test("its config is sound", () => {
    expect(stackSettings(ROOT, stack).stack).toBe(stack);
  });

  test("breaks no policy, and no waiver of it has ended or is unused", async () => {
    const graph = await captureGraph({ projectDir: ROOT, stack });
    const today = new Date().toISOString().slice(0, 10);
    const verdict = checkPolicies(graph, waiversOf(graph), today);
    expect(verdict).toEqual({ violations: [], waived: expect.anything(), expired: [], unused: [] });
  });
});

test.runIf(existsSync(join(ROOT, "phases.yaml")))("the phases can be read", () => {
  expect(() => readPhases(ROOT)).not.toThrow();
});
