import { spawnSync } from "node:child_process";
import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { parse } from "yaml";
import { ROOT } from "../../support/sample.ts";
import { temporaryFolder } from "../../support/temporary-folder.ts";

// The command itself, at a real terminal (`script` of util-linux makes one) and without one.

const ROLLOUT = join(ROOT, "bin/rollout");
const NO_MORE = ["--no-install", "--no-rehearsal"];

/** A folder beside an app that has a Dockerfile. */
function folders(): string {
  const above = temporaryFolder("init-");
  mkdirSync(join(above, "app"));
  writeFileSync(join(above, "app/Dockerfile"), 'FROM a\nEXPOSE 4000\nCMD ["node", "server.js"]\n');
  mkdirSync(join(above, "deploy"));
  return join(above, "deploy");
}

function init(cwd: string, ...words: string[]) {
  const { status, stdout, stderr } = spawnSync(ROLLOUT, ["init", ...words], { cwd, encoding: "utf8" });
  return { status, stdout, stderr };
}

test("asks at a terminal, and writes what was answered", () => {
  const folder = folders();
  const lines = ["Cotizador", "cotizador", "shop.example.org", "", "../app", "", "", "staging live", "cache"];
  const { status, stdout } = spawnSync(
    "script",
    ["-qec", `${ROLLOUT} init ${NO_MORE.join(" ")}`, "/dev/null"],
    {
      ...{ cwd: folder, encoding: "utf8", input: `${lines.join("\n")}\n`, timeout: 50_000 },
    },
  );
  expect(stdout).toContain("The project's name [deploy]: ");
  expect(stdout).toContain("  must be 1 to 31 lower-case letters");
  expect(stdout).toContain("found: port 4000 (EXPOSE)");
  expect(stdout).toContain("cotizador is laid out. Next:");
  expect(status).toBe(0);
  const config = (stack: string) => parse(readFileSync(join(folder, `Pulumi.${stack}.yaml`), "utf8")).config;
  expect(config("staging")).toMatchObject({
    "rollout:domain": "staging.shop.example.org",
    "rollout:cache": "none",
    "rollout:app": { port: 4000 },
  });
  // What the command says there is of these stacks.
  const typed = (...words: string[]) => spawnSync(ROLLOUT, words, { cwd: folder, encoding: "utf8" });
  expect(typed("--help").stdout).toContain("the Pulumi stack: live, staging");
  expect(typed("graph").stderr).toContain("such as: rollout graph --stack live\n");
});

test("a terminal that is closed amid the questions leaves nothing behind", () => {
  const folder = folders();
  const { stdout, status } = spawnSync("script", ["-qec", `${ROLLOUT} init`, "/dev/null"], {
    ...{ cwd: folder, encoding: "utf8", input: "cotizador\n\u0004", timeout: 50_000 },
  });
  expect(stdout).toContain("no answer came: nothing was written");
  expect(stdout).not.toContain("    at ");
  expect(status).toBe(1);
  expect(existsSync(join(folder, "Pulumi.yaml"))).toBe(false);
});

test("without a terminal nothing is asked: what must be said is named, by its option", () => {
  expect(init(folders(), "--name", "a")).toEqual({
    status: 2,
    stdout: "",
    stderr:
      "--domain: must be said, such as shop.example.com\n--app: the folder with the app's Dockerfile must be said, or --image\n",
  });
});

test("all that is wrong is said at once, and nothing is written", () => {
  const folder = folders();
  const { status, stderr } = init(
    folder,
    "--domain",
    "Shop",
    "--app",
    "../ap",
    "--stacks",
    "beta",
    "--told",
    "ops",
  );
  expect(stderr.split("\n").map((line) => line.split(":")[0])).toEqual([
    "--domain Shop",
    "--app ../ap",
    "--told ops",
    "",
  ]);
  expect(status).toBe(2);
  expect(existsSync(join(folder, "Pulumi.yaml"))).toBe(false);
});

test("a project that is there stays", () => {
  const folder = folders();
  writeFileSync(join(folder, "Pulumi.yaml"), "name: ours\n");
  const { status, stderr } = init(folder, "--domain", "a.example.org", "--app", "../app");
  expect(stderr).toBe("there is a project here already: Pulumi.yaml\n");
  expect(status).toBe(1);
});

test("a file that is there stays, and is named", () => {
  const folder = folders();
  writeFileSync(join(folder, "phases.yaml"), "phases: {}\n");
  const { stderr } = init(folder, "--domain", "a.example.org", "--app", "../app", ...NO_MORE);
  expect(stderr).toContain("phases.yaml is there already, and stays as it is");
  expect(readFileSync(join(folder, "phases.yaml"), "utf8")).toBe("phases: {}\n");
});
