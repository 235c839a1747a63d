import { existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { delimiter, join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { DJANGO, djangoThere, madeWithVersions } from "../adopt/apps.ts";
import { packed, unpacked } from "../adopt/packages.ts";
import { Team } from "../adopt/team.ts";
import { ROOT } from "../support/sample.ts";

// A team's own repository, from the packed package: laid out by `rollout init` for a Django project as django-admin makes it,
// with three stacks, a queue of the team's own, its tests, and a good and a bad release. npm's part is left out: the packages
// are linked. `npm run adopt` has it, an upgrade, and a Node application.

describe.skipIf(!djangoThere)("a Django project", () => {
  let folder: string;
  let team: Team;

  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), "adopt-"));
    const deploy = join(folder, "deploy");
    mkdirSync(join(deploy, "node_modules"), { recursive: true });
    for (const name of [...readdirSync(join(ROOT, "node_modules")), ".bin"]) {
      const link = join(deploy, "node_modules", name);
      if (!existsSync(link) && name !== ".cache") symlinkSync(join(ROOT, "node_modules", name), link);
    }
    unpacked(packed(folder), join(deploy, "node_modules/rollout-stack"));
    const bin = join(ROOT, "node_modules/.bin");
    team = new Team(deploy, { ...process.env, PATH: `${bin}${delimiter}${process.env.PATH}` });
  });

  afterAll(() => {
    team.type("bin/rollout", "rehearse", "down", "--stack", "staging");
    rmSync(folder, { recursive: true, force: true });
  });

  test("is adopted, and rehearsed, from the packed package", () => {
    madeWithVersions(DJANGO, join(folder, "shop"));
    const said = team.succeed(
      "node_modules/rollout-stack/bin/rollout",
      ...[
        "init",
        "--name",
        "cotizador",
        "--domain",
        "shop.corp.test",
        "--app",
        "../shop",
        "--yes",
        "--no-install",
      ],
      ...["--health", DJANGO.healthPath, "--told", "duty@corp.test", "--stacks", "beta", "staging", "prod"],
    );
    for (const words of DJANGO.found) expect(said).toContain(words);
    expect(said).toMatch(/\d+ requests in \d+ s, 0 lost/);
    expect(said).toContain("cotizador is laid out. Next:");
  });

  test("has a queue of the team's own: its tests stay green, and the preview names it", () => {
    const before = join(folder, "staging.json");
    writeFileSync(before, team.succeed("bin/rollout", "graph", "--stack", "staging", "--json"));
    team.addQueue();
    team.succeed("tsc");
    team.succeed("node", "--test");
    const words = ["preview", "--stack", "staging", "--base", before, "--format", "markdown"];
    expect(team.succeed("bin/rollout", ...words)).toContain("orders");
  });

  test("a good release is promoted, and a bad one goes back by itself", async () => {
    team.plan("staging", "green", "good");
    team.succeed("bin/rollout", "rehearse", "up", "--stack", "staging");
    await team.withUsers("staging", async () => {
      const good = await team.release("staging", "green");
      expect(good.code, good.said).toBe(0);
      expect(good.said).toContain("promoted");
      team.plan("staging", "blue", "bad");
      const bad = await team.release("staging", "blue");
      expect(bad.said).toContain("weights read back everywhere: blue 50 green 50");
      expect(bad.said).toContain("rolled-back: ");
      expect(bad.code).toBe(1);
    });
  });
});
