import { spawnSync } from "node:child_process";
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { drillAlarms } from "../../rollout/drill/alarms/drill.ts";
import { drillFail } from "../../rollout/drill/fail/drill.ts";
import type { ScenarioName } from "../../rollout/drill/fail/scenario.ts";
import { rehearse } from "../../rollout/platforms/rehearsal/index.ts";
import { freePort } from "../../rollout/platforms/rehearsal/machine/ports.ts";
import { Ledger } from "../../rollout/platforms/rehearsal/machine/state.ts";
import { placeIn } from "../../rollout/platforms/rehearsal/verbs/options.ts";
import { commandOf, foreignSkipped, hasForeign } from "../rehearsal/foreign.ts";
import { projectCopy, removeCopies } from "../rehearsal/project.ts";

// json-server 0.17.4, unchanged from npm: it has neither /quotes nor /faults nor /health, and knows nothing of the stores.
// Load, smoke and every drill give a true verdict of it, or say what they can't tell.

const ROLLOUT = join(import.meta.dirname, "../../bin/rollout");

describe.skipIf(!hasForeign)(`${foreignSkipped}an app that nobody here wrote`, () => {
  const project = projectCopy({
    tracks: { blue: { weight: 90, servers: 2 }, green: { weight: 10, servers: 1 } },
    app: {
      healthPath: "/products",
      startTimeout: "20s",
      dependencies: { mail: { url: "https://mail.example.com/v1", timeout: "800ms" } },
    },
    journeys: [
      { name: "look around", weight: 3, request: "GET /products" },
      { name: "look at one", request: "GET /products/1", expect: { text: "window" } },
    ],
    rehearsal: { command: commandOf("json") },
  });
  const said: string[] = [];
  const options = { ...project, by: "test", say: (line: string) => void said.push(line) };

  beforeAll(async () => {
    await rehearse.up({ ...project, port: await freePort() });
  });
  afterAll(removeCopies);

  const type = (...words: string[]) =>
    spawnSync(ROLLOUT, [...words, "--stack", "beta"], { cwd: project.projectDir, encoding: "utf8" });

  test("smoke asks what any app answers", () => {
    const { status, stdout } = type("smoke");
    expect(status, stdout).toBe(0);
    expect(stdout).toMatch(
      /green: passed\n {2}health \(GET \/health\): 200 in \d+ ms, 3 times\n {2}page \(GET \/\): 200/,
    );
  });

  test("load sends what the team declares, and every answer is right", () => {
    const { status, stdout, stderr } = type("load", "--profile", "100", "--for", "8s", "--json");
    expect(status, stderr).toBe(0);
    expect(stderr).toContain("journeys: rollout:journeys");
    const { journeys, requests, right } = JSON.parse(stdout);
    expect(Object.keys(journeys).toSorted()).toEqual(["look around", "look at one"].toSorted());
    expect(right).toBe(requests);
  });

  const PASSED: [ScenarioName, string[]][] = [
    ["server", ["out", "goes on", "in"]],
    ["zone", ["out", "goes on", "in"]],
    ["memory", ["ends alone", "restarted", "out and in"]],
    ["rate-limit", ["refused", "others served", "served again"]],
    ["database", ["answered", "stays in", "reconnects"]],
    ["partition", ["out", "goes on", "in", "no restart", "without cache", "stays in", "cache back"]],
  ];
  test.each(PASSED)("drill fail %s", async (scenario, names) => {
    const record = await drillFail({ ...options, scenario });
    expect(record.checks.filter(({ verdict }) => verdict !== "pass")).toEqual([]);
    expect(record.checks.map(({ name }) => name)).toEqual([...names, "none lost after", "mended"]);
    expect(record.facts.users).toBe("rollout:journeys");
    if (scenario === "database") {
      expect(record.checks[0]!.details).toContain("no journey needs the database");
      expect(record.facts["not looked at"]).toBe(
        "noticed, refused, rest serves: only the sample app is known to promise it",
      );
    }
    if (scenario === "memory") expect(record.facts.limit).toContain("SIGKILL");
  });

  test("drill fail dependency says that nobody's request led there", async () => {
    const record = await drillFail({ ...options, scenario: "dependency" });
    expect(record.outcome).toBe("incomplete");
    const open = record.checks.filter(({ verdict }) => verdict !== "pass");
    expect(open.map(({ name, verdict }) => `${name}: ${verdict}`)).toEqual([
      "answers: unknown",
      "429 obeyed: unknown",
    ]);
    for (const { details } of open) expect(details).toContain("no user's request led to mail");
  });

  // Those of which the sample app was needed; test/drills/alarms.test.ts raises all.
  test.each([
    ["beta-blue-errors", "raised", "every request is answered 500"],
    ["beta-green-latency", "raised", "every answer takes 800 ms"],
    [
      "beta-dependency-mail-failed",
      "fed",
      "the app has never printed DependencyFailed: only one that counts",
    ],
  ])("drill alarms --only %s: it is %s", async (only, how, by) => {
    const report = await drillAlarms({ ...options, only });
    expect(report.alarms).toMatchObject([{ name: only, how, by: expect.stringContaining(by) }]);
    expect(report.passed, JSON.stringify(report)).toBe(true);
  });

  test("users meet no fault once a drill has ended, or died while it stood between nginx and the app", async () => {
    const { servers } = Ledger.openOrFail(placeIn(project)).state;
    const folder = join(project.stateDir, "beta", "servers", servers[0]!.id);
    const upstream = join(folder, "nginx", "machine", "upstream.conf");
    const before = readFileSync(upstream, "utf8");
    expect(before).toBe(`server 127.0.0.1:${servers[0]!.appPort};\n`);
    // As the drill writes it; nobody listens there any more.
    writeFileSync(upstream, `server 127.0.0.1:${await freePort()};\n${before.replace(";", " backup;")}`);
    const { pids } = (await rehearse.status(project)).servers.find(({ id }) => id === servers[0]!.id)!;
    process.kill(pids.nginx!, "SIGHUP");
    const { status, stdout } = type("load", "--profile", "100", "--for", "5s", "--json");
    const { requests, right } = JSON.parse(stdout);
    expect([status, right]).toEqual([0, requests]);
    writeFileSync(upstream, before);
    process.kill(pids.nginx!, "SIGHUP");
  });

  test("is itself again when all is over", async () => {
    const { servers } = await rehearse.status(project);
    expect(servers.every(({ healthy }) => healthy)).toBe(true);
    expect(type("smoke").status).toBe(0);
  });
});
