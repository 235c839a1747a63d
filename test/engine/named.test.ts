import { readFile, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { Engine, pulumiThere } from "./engine.ts";

// One story, in the order of its tests: a project that a team gives its own name, before the first `up` or later.

describe.skipIf(!pulumiThere)("the real engine, a project of another name", () => {
  let engine: Engine;
  beforeAll(async () => {
    engine = await Engine.create("beta");
    await engine.up();
  });
  afterAll(() => engine?.remove());

  test("a stack that is up moves over, and nothing of it changes but the tag that names the project", async () => {
    const file = join(engine.project, "Pulumi.yaml");
    const text = await readFile(file, "utf8");
    const before = await engine.resources();
    await engine.succeed("stack", "rename", "organization/shop/beta", "--stack", "beta");
    await rm(file);
    await writeFile(file, text.replace(/^name: .*$/m, "name: shop"));
    const steps = (await engine.steps()).filter(({ op }) => op !== "same");
    expect(steps.map(({ op }) => op)).toEqual(steps.map(() => "update"));
    const diffs = new Set(steps.flatMap(({ detailedDiff }) => Object.keys(detailedDiff ?? {})));
    expect([...diffs].filter((path) => !/tags/i.test(path))).toEqual([]);
    expect(await engine.resources()).toHaveLength(before.length);
  });

  test("its keys are rollout's, and one under its own name is refused", async () => {
    await engine.succeed("config", "set", "domain", "shop.example.com", "--stack", "beta");
    const { code, output } = await engine.pulumi("preview", "--stack", "beta");
    expect(code).not.toBe(0);
    expect(output).toContain("shop:domain: is rollout:domain here, whatever the project's name");
  });
});
