import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { Engine, pulumiThere } from "./engine.ts";

describe.skipIf(!pulumiThere)("the real engine, a config with mistakes", () => {
  let engine: Engine;
  beforeAll(async () => {
    engine = await Engine.create("beta");
    await engine.write(["rollout:tracks", "green", "weight"], 20);
    await engine.write(["rollout:operators", "sshFrom"], ["0.0.0.0/0"]);
    await engine.write(["rollout:trakcs"], {});
  });
  afterAll(() => engine?.remove());

  test("`up` fails, names every mistake without a stack trace, and registers nothing", async () => {
    const { code, output } = await engine.pulumi("up", "--yes", "--skip-preview");
    expect(code).not.toBe(0);
    expect(output).toContain("Pulumi.beta.yaml has 3 mistakes:");
    expect(output).toContain("rollout:tracks.green.weight: weights must sum to 100, they sum to 110");
    expect(output).toContain("rollout:operators.sshFrom[0]: ");
    expect(output).toContain("rollout:trakcs: unknown key");
    expect(output).not.toMatch(/^\s+at /m);
    expect(await engine.resources()).toEqual([]);
  });
});
