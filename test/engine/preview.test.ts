import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { enginePreview } from "../../rollout/preview/engine/preview.ts";
import type { Preview } from "../../rollout/preview/model.ts";
import { FORMATS, render } from "../../rollout/preview/render/index.ts";
import { Engine, pulumiThere } from "./engine.ts";
import { fixture, lasting } from "./fixture.ts";

describe.skipIf(!pulumiThere)("the engine's preview, through the same model", () => {
  let engine: Engine;
  beforeAll(async () => {
    engine = await Engine.create("beta");
    await engine.up();
  });
  afterAll(() => engine?.remove());

  let printed = "";
  async function preview(): Promise<Preview> {
    const { stdout } = await engine.pulumi("preview", "--json", "--stack", "beta");
    printed = stdout;
    const file = join(engine.folder, "preview.json");
    await writeFile(file, stdout);
    return enginePreview(engine.project, file, "beta", "2026-11-21");
  }

  test("names the same dangers as the graphs do", async () => {
    await engine.write(["rollout:tracks", "blue", "weight"], 50);
    await engine.write(["rollout:tracks", "green", "weight"], 50);
    await engine.write(["rollout:database"], { backupEveryHours: 12 });
    const found = await preview();
    expect(found).toMatchObject({ verdicts: "engine", problems: [] });
    const [stack] = found.stacks;
    expect(stack?.dangers.map(({ kind, resources }) => `${kind}: ${resources}`)).toEqual([
      "backups-thinner: beta-backups",
      "weight-jump: beta-https",
    ]);
    expect(stack?.changes.map(({ name }) => name)).toEqual([
      "beta-backup-missing",
      "beta-backups",
      "beta-green-bucket",
      "beta-https",
    ]);
    for (const format of FORMATS) expect(render(found, format)).toContain("ngine");
  });

  test("a new address for ssh is seen in the firewall, with the groups' names", async () => {
    await engine.write(["rollout:operators"], { email: ["ops@example.com"], sshFrom: ["203.0.113.7/32"] });
    const { stacks } = await preview();
    expect(stacks[0]?.dangers.map(({ title }) => title)).toContain(
      "203.0.113.7/32 can now reach the servers of beta-blue, the servers of beta-green on port 22",
    );
  });

  test("the fixture of the tests without an engine is what the engine prints now", async () => {
    const again = "WRITE_FIXTURES=1 bin/test engine writes it anew, for you to look at and commit";
    expect(JSON.parse(lasting(printed)), again).toEqual(JSON.parse(await fixture(printed)));
  });

  test("one that failed is a problem, and nothing of it passes for unchanged", async () => {
    const good = await readFile(engine.configFile, "utf8");
    await engine.write(["rollout:tracks", "blue", "weight"], 77);
    const wrong = await preview();
    expect(wrong).toMatchObject({
      stacks: [],
      problems: [
        { stack: "beta", message: expect.stringContaining("weights must sum to 100, they sum to 127") },
      ],
    });
    await writeFile(engine.configFile, good);
  });
});
