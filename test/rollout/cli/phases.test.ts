import { spawnSync } from "node:child_process";
import { copyFileSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, test } from "vitest";
import { SAMPLE } from "../../support/sample.ts";

const ROOT = join(import.meta.dirname, "..", "..", "..");
const folder = mkdtempSync(join(tmpdir(), "phases-"));
afterAll(() => rmSync(folder, { recursive: true }));

function metricsFile(name: string, text: string): string {
  const file = join(folder, name);
  writeFileSync(file, text);
  return file;
}

const GOOD = metricsFile("good.yaml", "automated_tests_passed: true\ncritical_bugs: 0\n");
const BUG = metricsFile("bug.json", '{"critical_bugs": 1}');
const WRONG = metricsFile("wrong.yaml", "critical_bugs: some\nproduct_quality: 12\n");
const SCORE = metricsFile(
  "score.yaml",
  "product_quality: 8\nmarket_readiness: 8\nteam_readiness: 7\nbusiness_fundamentals: 7\n",
);

function rollout(...args: string[]) {
  return rolloutIn(ROOT, ...args);
}

function rolloutIn(cwd: string, ...args: string[]) {
  const { status, stdout, stderr } = spawnSync(join(ROOT, "bin", "rollout"), args, {
    cwd,
    encoding: "utf8",
    env: { ...process.env, ROLLOUT_ON: undefined },
  });
  return { status, stdout, stderr };
}

const SOURCES = "--metrics FILE, --prometheus URL or --cloudwatch REGION";

const MISTAKES = [
  `${WRONG} has 2 mistakes:`,
  "  critical_bugs: must be a number, true or false",
  "  product_quality: must be a number from 0 to 10, not 12",
  "",
].join("\n");

describe("rollout phases", () => {
  test("that are GO is 0", () => {
    const { status, stdout } = rollout("phases", "--metrics", GOOD, "--phase", "internal", "--json");
    expect(status).toBe(0);
    expect(JSON.parse(stdout)).toMatchObject({ phases: [{ phase: "internal", outcome: "GO" }] });
  });

  test("says how its cohort comes to the candidate", () => {
    const { stdout } = rollout("phases", "--metrics", GOOD, "--stack", "beta");
    expect(stdout).toContain(
      "    header x-rollout-track: green: the balancer's rule for testers takes it to green, whatever the weights\n",
    );
    expect(stdout).toContain(
      "    tenants: no flag names them yet; the rule is `tenants: [fashion-pilot, hardware-pilot]` at a flag\n",
    );
    expect(stdout).toContain("    everybody: by the weights, as the rollout sets them\n");
  });

  test("of which one isn't GO is 1, with those of the stack alone", () => {
    const { status, stdout } = rollout("phases", "--metrics", GOOD, "--stack", "prod");
    expect(status).toBe(1);
    expect(stdout.match(/^\S+: .*$/gm)).toEqual(["limited-prod: unknown", "full: unknown"]);
  });

  test.each([
    [["--metrics", WRONG], MISTAKES],
    [["--metrics", GOOD, "--phase", "gamma"], /^there is no phase gamma: phases.yaml has internal, alpha, /],
    [["--metrics", "nowhere.yaml"], "there is no file nowhere.yaml\n"],
    [["--metrics", GOOD, "--phase", "full", "--stack", "beta"], "the phase full is not one of beta\n"],
    [["--metrics", GOOD, "--stack", "gamma"], "no phase is one of gamma\n"],
    [[], "what was measured? Add --metrics FILE, --prometheus URL or --cloudwatch REGION\n"],
    [
      ["--prometheus", "prometheus:9090"],
      "--prometheus takes an address such as http://prometheus:9090, without a password\n",
    ],
  ])("%j is misuse: 2", (args, message) => {
    const { status, stdout, stderr } = rollout("phases", ...args);
    expect({ status, stdout }).toEqual({ status: 2, stdout: "" });
    if (typeof message === "string") expect(stderr).toBe(message);
    else expect(stderr).toMatch(message);
  });
});

describe("rollout score", () => {
  test("is 0 for a go, with caution too", () => {
    const { status, stdout } = rollout("score", "--metrics", SCORE, "--json");
    expect(status).toBe(0);
    expect(JSON.parse(stdout)).toMatchObject({ verdict: "go with caution", score: 7.7 });
  });

  test("is 1 when it can't be known", () => {
    const { status, stdout } = rollout("score", "--metrics", GOOD);
    expect(status).toBe(1);
    expect(stdout).toMatch(/^unknown: missing: product_quality, market_readiness, /);
  });

  test("is 2 for a file that can't be used", () => {
    expect(rollout("score", "--metrics", WRONG)).toEqual({ status: 2, stdout: "", stderr: MISTAKES });
  });
});

// In a project of its own, where no stack is up: that is what `run` says once a phase has let it through.
describe("rollout run --phase", () => {
  for (const file of ["Pulumi.yaml", "Pulumi.beta.yaml", "Pulumi.prod.yaml", "phases.yaml"])
    copyFileSync(join(SAMPLE, file), join(folder, file));
  writeFileSync(join(folder, "index.ts"), "");
  const run = (...args: string[]) => rolloutIn(folder, "run", "--stack", "prod", ...args);

  test.each([
    [["--phase", "full"], 2, `--phase is judged by what was measured: add ${SOURCES}\n`],
    [["--metrics", GOOD], 2, `${SOURCES} is what a phase is judged by: add --phase NAME\n`],
    [["--phase", "internal", "--metrics", GOOD], 2, "the phase internal is one of beta, not of prod\n"],
    [["--phase", "full", "--metrics", WRONG], 2, MISTAKES],
  ])("%j is refused with %d", (args, status, stderr) => {
    expect(run(...args)).toEqual({ status, stdout: "", stderr });
  });

  test("doesn't enter a phase that isn't GO: 1, with what stands in the way", () => {
    const refused = rolloutIn(folder, "run", "--stack", "beta", "--phase", "internal", "--metrics", BUG);
    expect(refused).toEqual({
      status: 1,
      stdout: "",
      stderr: [
        "internal is not entered: it is NO-GO, not GO",
        "  unknown  automated_tests_passed is not among the metrics",
        "  NO-GO    critical_bugs is 1, to go it must be == 0",
        "",
      ].join("\n"),
    });
  });

  test("goes on when the phase is GO", () => {
    const { status, stderr } = rolloutIn(
      folder,
      "run",
      "-s",
      "beta",
      "--phase",
      "internal",
      "--metrics",
      GOOD,
    );
    expect(status).toBe(1);
    expect(stderr).toContain("rollout rehearse up --stack beta");
    expect(stderr).not.toContain("internal");
  });
});
