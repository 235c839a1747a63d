import { spawnSync } from "node:child_process";
import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { parse } from "yaml";
import { configMistakes } from "../../rollout/testing.ts";
import { ROOT } from "../support/sample.ts";
import { temporaryFolder } from "../support/temporary-folder.ts";
import { pulumiThere } from "./engine.ts";

// Pulumi's own command makes a project of our template; `rollout init` goes on from there.

describe.skipIf(!pulumiThere)("the real engine, a project made by pulumi new", () => {
  const project = (above: string) => join(above, "shop");

  /** A folder with an app and what Pulumi keeps, and the words that it is called with there. */
  function place() {
    const above = temporaryFolder("template-");
    mkdirSync(join(above, "app"));
    writeFileSync(join(above, "app/Dockerfile"), 'FROM a\nEXPOSE 4000\nCMD ["node", "server.js"]\n');
    mkdirSync(join(above, "state"));
    const env = {
      ...process.env,
      PULUMI_HOME: join(above, "home"),
      PULUMI_BACKEND_URL: `file://${join(above, "state")}`,
      PULUMI_CONFIG_PASSPHRASE: "words",
      PULUMI_SKIP_UPDATE_CHECK: "true",
      PULUMI_DISABLE_AUTOMATIC_PLUGIN_ACQUISITION: "true",
    };
    const run = (cwd: string, command: string, ...words: string[]) => {
      const { status, stdout, stderr } = spawnSync(command, words, { cwd, env, encoding: "utf8" });
      return { code: status, output: stdout + stderr };
    };
    return { above, run };
  }

  const NEW = ["new", join(ROOT, "template"), "--generate-only", "--yes", "--non-interactive"];

  test("has its name, and nothing of the repository but the program; rollout init brings the rest", () => {
    const { above, run } = place();
    const made = run(
      above,
      "pulumi",
      ...NEW,
      "--dir",
      project(above),
      "--name",
      "cotizador",
      "--description",
      "Ours",
    );
    expect(made.code, made.output).toBe(0);
    expect(made.output).toContain("npx rollout init");
    expect(readdirSync(project(above)).toSorted()).toEqual(["Pulumi.yaml", "infra", "package.json"]);
    expect(parse(readFileSync(join(project(above), "Pulumi.yaml"), "utf8"))).toMatchObject({
      name: "cotizador",
      description: "Ours",
    });
    expect(JSON.parse(readFileSync(join(project(above), "package.json"), "utf8")).name).toBe("cotizador");

    // Another stack may be begun, too: what encrypts its secrets stays.
    const begun = run(
      project(above),
      "pulumi",
      "stack",
      "init",
      "staging",
      "--secrets-provider",
      "passphrase",
    );
    expect(begun.code, begun.output).toBe(0);
    const words = [
      "init",
      "--domain",
      "shop.corp.test",
      "--app",
      "../app",
      "--told",
      "duty@corp.test",
      "--yes",
    ];
    const laidOut = run(
      project(above),
      join(ROOT, "bin/rollout"),
      ...words,
      "--no-install",
      "--no-rehearsal",
    );
    expect(laidOut.code, laidOut.output).toBe(0);
    expect(laidOut.output).toContain("cotizador is laid out");
    const staging = parse(readFileSync(join(project(above), "Pulumi.staging.yaml"), "utf8"));
    expect(staging.encryptionsalt).toMatch(/^v1:/);
    expect(staging.config["rollout:domain"]).toBe("staging.shop.corp.test");
    for (const stack of ["staging", "prod"]) expect(configMistakes(project(above), stack)).toEqual([]);

    // The engine reads what was written.
    const config = run(project(above), "pulumi", "config", "get", "rollout:domain", "--stack", "staging");
    expect(config.output.trim()).toBe("staging.shop.corp.test");
    const set = run(
      project(above),
      "pulumi",
      "config",
      "set",
      "--secret",
      "--path",
      "rollout:app.secrets.KEY",
      "abc123",
      "-s",
      "staging",
    );
    expect(set.code, set.output).toBe(0);
    expect(configMistakes(project(above), "staging")).toEqual([]);
  });

  test("another project stays what it is", () => {
    const { above, run } = place();
    run(above, "pulumi", ...NEW, "--dir", project(above), "--name", "cotizador");
    writeFileSync(join(project(above), "infra/index.ts"), "export {};\n");
    const { code, output } = run(project(above), join(ROOT, "bin/rollout"), "init", "--yes");
    expect(output).toBe("there is a project here already: Pulumi.yaml\n");
    expect(code).toBe(1);
    expect(existsSync(join(project(above), "phases.yaml"))).toBe(false);
  });
});
