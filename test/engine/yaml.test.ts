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
    for (const scalar of Object.keys(table))
      found[scalar] = [await asked(scalar), await asked(`{v: ${scalar}}`)];
    expect(found).toEqual(table);
  }, 300_000);

  /** The text that a program would get; null where the engine refuses the file. */
  async function asked(value: string): Promise<string | null> {
    await writeFile(engine.configFile, `${salt}config:\n  rollout:asked: ${value}\n`);
    const { code, stdout } = await engine.pulumi("config", "--json", "--stack", "beta");
    return code === 0 ? JSON.parse(stdout)["rollout:asked"].value : null;
  }
});
