import { readFile, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { captureGraph } from "../../rollout/graph/capture.ts";
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

  test("the policies judge it as before, by its keys: a rule, and a waiver of it", async () => {
    const withPack = () => engine.pulumi("preview", "--policy-pack", "infra/policy/pack", "--stack", "beta");
    const sound = await withPack();
    expect([sound.code, sound.output]).toEqual([0, expect.not.stringMatching(/mandatory|advisory/)]);
    await engine.write(["rollout:operators"], { email: [] });
    const broken = await withPack();
    expect(broken.code).not.toBe(0);
    expect(broken.output).toMatch(/\[mandatory\] {2}topics-reach-people/);
    const until = new Date(Date.now() + 86_400_000).toISOString().slice(0, 10);
    const waivers = ["p1", "p2", "p3", "p4"].map((level) => ({
      ...{ policy: "topics-reach-people", resource: `beta-${level}`, reason: "They are being asked", until },
    }));
    await engine.write(["rollout:waivers"], waivers);
    const waived = await withPack();
    expect([waived.code, waived.output]).toEqual([0, expect.not.stringMatching(/mandatory|advisory/)]);
    await engine.write(["rollout:waivers"], []);
    await engine.write(["rollout:operators"], { email: ["ops@example.com"] });
  });

  test("the command reads it by its name, and captures what the engine has", async () => {
    const graph = await captureGraph({ projectDir: engine.project, stack: "beta" });
    expect(graph.project).toBe("shop");
    const own = (await engine.resources()).map(({ type, urn }) => `${type} ${urn.split("::").at(-1)}`);
    const captured = graph.resources.filter(({ type }) => !type.startsWith("pulumi:"));
    expect(captured.map(({ type, name }) => `${type} ${name}`).toSorted()).toEqual(own.toSorted());
  });

  test("its keys are rollout's, and one under its own name is refused", async () => {
    await engine.succeed("config", "set", "domain", "shop.example.com", "--stack", "beta");
    const { code, output } = await engine.pulumi("preview", "--stack", "beta");
    expect(code).not.toBe(0);
    expect(output).toContain("shop:domain: is rollout:domain here, whatever the project's name");
  });
});
