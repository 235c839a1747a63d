import { spawnSync } from "node:child_process";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { ROOT } from "../support/sample.ts";
import { Engine, pulumiThere } from "./engine.ts";

// What the workflows' script takes for an answer of Pulumi's CLI, against the real one.

describe.skipIf(!pulumiThere)("the real engine, asked whether a stack was ever up", () => {
  let engine: Engine;
  beforeAll(async () => {
    engine = await Engine.create("beta");
  });
  afterAll(() => engine?.remove());

  const noRollout = (stack: string, env: NodeJS.ProcessEnv = {}) => {
    const { status, stdout, stderr } = spawnSync(join(ROOT, ".github/scripts/no-rollout"), [stack], {
      cwd: engine.project,
      env: { ...engine.environment, ...env },
      encoding: "utf8",
    });
    return { status, said: stdout + stderr };
  };

  test.each(["beta", "prod"])("%s was not: one is empty, the other isn't there", (stack) => {
    expect(noRollout(stack)).toEqual({ status: 0, said: `${stack} was never up: no rollout.\n` });
  });

  test("a state that can't be read is no answer", () => {
    const nowhere = { PULUMI_BACKEND_URL: "file:///nowhere/at/all" };
    expect(noRollout("beta", nowhere)).toEqual({ status: 1, said: expect.stringContaining("can't be told") });
  });
});
