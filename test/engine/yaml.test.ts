import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { Engine, pulumiThere } from "./engine.ts";

const TABLE = join(import.meta.dirname, "../fixtures/engine/yaml-scalars.json");

describe.skipIf(!pulumiThere)("what the engine reads of a config file", () => {
  let engine: Engine;
  let salt: string;
  beforeAll(async () => {
    engine = await Engine.laidOut("beta");
    await writeFile(engine.configFile, "");
    await engine.succeed("stack", "init", "beta", "--secrets-provider", "passphrase");
    salt = await readFile(engine.configFile, "utf8");
  });
  afterAll(() => engine?.remove());

  test("is what the table says, by which the command's own reader is judged", async () => {
    const table: Record<string, [string | null, string | null]> = JSON.parse(await readFile(TABLE, "utf8"));
    const found: typeof table = {};
    for (const scalar of Object.keys(table)) found[scalar] = await asked(scalar);
    expect(found).toEqual(table);
  }, 300_000);

  /** The texts that a program would get of it at the top and in a map; null where the engine refuses the file. */
  async function asked(scalar: string): Promise<[string | null, string | null]> {
    await writeFile(
      engine.configFile,
      `${salt}config:\n  rollout:top: ${scalar}\n  rollout:map: {v: ${scalar}}\n`,
    );
    const { code, stdout } = await engine.pulumi("config", "--json", "--stack", "beta");
    if (code !== 0) return [null, null];
    const read = JSON.parse(stdout);
    return [read["rollout:top"].value, read["rollout:map"].value];
  }
});
