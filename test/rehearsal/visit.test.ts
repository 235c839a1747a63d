import { spawn, spawnSync } from "node:child_process";
import { appendFileSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { JournalEntry } from "../../rollout/core/journal.ts";
import { rehearse, type Status } from "../../rollout/platforms/rehearsal/index.ts";
import { freePort } from "../../rollout/platforms/rehearsal/machine/ports.ts";
import { client, get, projectCopy, removeCopies } from "./project.ts";

// logs, exec, console and ps on real servers, as a person types them; psql and redis-cli are the usual ones.

const ROLLOUT = join(import.meta.dirname, "../../bin/rollout");
const project = projectCopy({
  app: { processes: { worker: { command: ["sh", "-c", "echo at work; exec sleep 1000"] } } },
});
const logs = join(project.stateDir, "beta", "logs");
let status: Status;

beforeAll(async () => {
  status = await rehearse.up({ ...project, port: await freePort() });
});
afterAll(removeCopies);

/** Types `rollout WORDS --stack beta`, with the words after `--` last. */
function type(words: string[], after: string[] = [], input = "") {
  const all = [...words, "--stack", "beta", ...(after.length > 0 ? ["--", ...after] : [])];
  return spawnSync(ROLLOUT, all, { cwd: project.projectDir, encoding: "utf8", input, timeout: 60_000 });
}

function visits(): JournalEntry[] {
  const folder = join(logs, "rollout", "journal");
  return readdirSync(folder)
    .filter((name) => name.endsWith(".json"))
    .toSorted()
    .map((name) => JSON.parse(readFileSync(join(folder, name), "utf8")));
}

const ca = () => readFileSync(status.caFile, "utf8");
const secrets = () =>
  Object.values(JSON.parse(readFileSync(join(project.stateDir, "beta", "secrets.json"), "utf8"))) as string[];

test("ps names each process with the version that its server answers, and since when it runs", async () => {
  const { stdout, stderr, status: code } = type(["ps", "--json"]);
  expect(code, stderr).toBe(0);
  const { processes } = JSON.parse(stdout);
  const named = (each: Record<string, string>) => `${each.process} on ${each.server} is ${each.state}`;
  expect(processes.map(named)).toEqual([
    "app on blue-1 is running",
    "worker-1 on blue-1 is running",
    "app on green-1 is running",
  ]);
  for (const { track, version, process, since } of processes) {
    const answer = await get(`${status.url}/version`, ca(), { "x-rollout-track": track, ...client(1) });
    expect(answer.track).toBe(track);
    expect(version, process).toBe(status.servers.find((each) => each.track === track)!.version);
    const age = Date.now() - Date.parse(since);
    expect(age).toBeGreaterThan(0);
    expect(age).toBeLessThan(180_000);
  }
  expect(type(["ps"]).stdout).toMatch(/^process +track +server +version +state +since\napp +blue +blue-1 /);
});

test("a worker is visited by its name", () => {
  expect(type(["logs", "--process", "worker"]).stdout).toMatch(/^\S+Z blue-1 worker-1 \| at work\n$/);
  const words = ["sh", "-c", 'echo "$TRACK $VERSION"'];
  const { stdout } = type(["exec", "--process", "worker"], words);
  expect(stdout).toBe(type(["exec", "--track", "blue"], words).stdout);
  expect(type(["ps", "--process", "worker"]).stdout).toContain("worker-1");
});

describe("exec", () => {
  test("has the process's environment and folder, and what is typed in", () => {
    const { stdout, status: code } = type(
      ["exec", "--track", "green"],
      ["sh", "-c", 'echo "$TRACK $(pwd) $(cat)"'],
      "typed",
    );
    expect([code, stdout]).toEqual([0, `green ${project.projectDir} typed\n`]);
  });

  test("ends with the command's exit code, of a killed one and of none as a shell tells it", () => {
    const codes = [["sh", "-c", "exit 7"], ["sh", "-c", "kill -9 $$"], ["no-such-program"]].map(
      (words) => type(["exec", "--track", "blue"], words).status,
    );
    expect(codes).toEqual([7, 137, 127]);
  });

  test("passes every byte on, and to a terminal none that it would obey", () => {
    const bytes = "\\033[2J\\377\\0\\n";
    const plain = spawnSync(ROLLOUT, ["exec", "--stack", "beta", "--track", "blue", "--", "printf", bytes], {
      cwd: project.projectDir,
    });
    expect([...plain.stdout]).toEqual([27, 91, 50, 74, 255, 0, 10]);
    const words = `${ROLLOUT} exec --stack beta --track blue -- printf '${bytes}'`;
    const seen = spawnSync("script", ["-qec", words, "/dev/null"], {
      cwd: project.projectDir,
      encoding: "utf8",
    });
    expect(seen.stdout).toContain("\\u001b[2J");
    expect(seen.stdout).not.toContain("\u001b");
  });

  test("opens a shell with the terminal, without words", () => {
    const words = `${ROLLOUT} exec --stack beta --track green`;
    const { stdout, status: code } = spawnSync("script", ["-qec", words, "/dev/null"], {
      cwd: project.projectDir,
      encoding: "utf8",
      input: 'test -t 0 && echo "a terminal of $TRACK"\nexit 3\n',
    });
    expect(stdout).toContain("a terminal of green");
    expect(code).toBe(3);
  });

  test("asks which track, names what there is, and lets no unknown one in", () => {
    expect(type(["exec"], ["true"])).toMatchObject({
      status: 2,
      stderr: expect.stringContaining("--track blue"),
    });
    const { status: code, stderr } = type(["exec", "--track", "red"], ["true"]);
    expect([code, stderr]).toEqual([
      1,
      "there is no process app of red; there are: blue blue-1 app, blue blue-1 worker-1, green green-1 app\n",
    ]);
  });

  test("with --json is one document", () => {
    const { stdout } = type(
      ["exec", "--track", "blue", "--json"],
      ["sh", "-c", "echo out; echo err >&2; exit 4"],
    );
    expect(JSON.parse(stdout)).toEqual({
      stack: "beta",
      track: "blue",
      server: "blue-1",
      process: "app",
      exitCode: 4,
      stdout: "out\n",
      stderr: "err\n",
    });
  });
});

describe("console", () => {
  test("is psql, logged in over TLS as the app is", () => {
    const query = "SELECT version LIKE 'TLS%' FROM pg_stat_ssl WHERE pid = pg_backend_pid()";
    const { stdout, stderr, status: code } = type(["console", "database"], ["-qAtc", query]);
    expect([code, stdout], stderr).toEqual([0, "t\n"]);
    expect(type(["console", "database"], ["-c", "SELECT 1 / 0"])).toMatchObject({ status: 1 });
  });

  test("is redis-cli, logged in over TLS as the app is", () => {
    const { stdout, stderr, status: code } = type(["console", "cache"], ["ping"]);
    expect([code, stdout], stderr).toEqual([0, "PONG\n"]);
    expect(type(["console", "cache"], ["config", "get", "tls-port"]).stdout).toContain(
      `${status.cache!.port}`,
    );
  });

  test("tells no password to who reads the list of processes", async () => {
    const child = spawn(
      ROLLOUT,
      ["console", "--stack", "beta", "database", "--", "-c", "SELECT pg_sleep(20)"],
      {
        cwd: project.projectDir,
      },
    );
    try {
      const listed = () => spawnSync("ps", ["-eo", "args"], { encoding: "utf8" }).stdout;
      await expect.poll(listed, { timeout: 30_000 }).toMatch(/psql.*pg_sleep/);
      for (const secret of secrets()) expect(listed()).not.toContain(secret);
    } finally {
      child.kill();
    }
  });
});

describe("logs", () => {
  test("shows every server's lines in order, secrets taken out and nothing that a terminal obeys", () => {
    const [secret] = secrets();
    const file = join(logs, "blue-1.app.log");
    appendFileSync(file, `connecting to postgresql://app:${secret}@127.0.0.1/app\n\u001b[31mred\u001b[0m\n`);
    appendFileSync(
      file,
      "-----BEGIN PRIVATE KEY-----\nTWlJRXZnSUJBREFOQmdr\n-----END PRIVATE KEY-----\nafter\n",
    );
    const { stdout, status: code } = type(["logs"]);
    expect(code).toBe(0);
    expect(stdout).toMatch(/^\S+Z blue-1 app \| connecting to postgresql:\/\/app:\(secret\)@127/m);
    expect(stdout).toContain("blue-1 app | \\u001b[31mred");
    expect(stdout).toContain("app | (secret)\n");
    expect(stdout).not.toContain("TWlJRXZnSUJBREFOQmdr");
    expect(stdout).toContain("blue-1 app | after");
    expect(stdout).toContain("green-1 app | ");
    for (const each of secrets()) expect(stdout).not.toContain(each);
    const times = stdout
      .split("\n")
      .filter(Boolean)
      .map((line) => line.slice(0, 20));
    expect(times).toEqual(times.toSorted());
    expect(type(["logs", "--track", "green"]).stdout).not.toContain("blue-1");
  });

  test("shows nginx's requests, of this process alone", async () => {
    await get(`${status.url}/version?seen=yes`, ca(), { "x-rollout-track": "green", ...client(2) });
    const { stdout } = type(["logs", "--of", "nginx", "--process", "access", "--json"]);
    const { lines } = JSON.parse(stdout);
    const found = lines.filter(({ text }: { text: string }) => JSON.parse(text).path === "/version");
    expect(found.some(({ track }: { track: string }) => track === "green")).toBe(true);
    expect(lines.every(({ process }: { process: string }) => process === "access")).toBe(true);
  });

  test("looks back only as far as it is told, by when a line was written", async () => {
    const file = join(logs, "green-1.app.log");
    appendFileSync(file, "an old line\n");
    // The time is told every 5 s: the old line is older than the next three seconds when two more have passed.
    const { size } = await import("node:fs").then(({ statSync }) => statSync(file));
    const noted = () =>
      readFileSync(join(logs, "times.ndjson"), "utf8").includes(`"green-1.app.log":${size}`);
    await expect.poll(noted, { timeout: 20_000 }).toBe(true);
    await new Promise((resolve) => setTimeout(resolve, 6_000));
    appendFileSync(file, "a new line\n");
    const { stdout } = type(["logs", "--track", "green", "--since", "5s"]);
    expect(stdout).toContain("a new line");
    expect(stdout).not.toContain("an old line");
  });

  test("follows until Ctrl-C", async () => {
    const child = spawn(ROLLOUT, ["logs", "--stack", "beta", "--follow", "--since", "1s"], {
      cwd: project.projectDir,
    });
    let said = "";
    child.stdout.on("data", (bytes) => (said += bytes));
    await expect
      .poll(visits, { timeout: 30_000 })
      .toContainEqual(
        expect.objectContaining({ verb: "logs", command: expect.stringContaining("--follow") }),
      );
    appendFileSync(join(logs, "blue-1.app.log"), "while it follows\n");
    await expect.poll(() => said, { timeout: 10_000 }).toContain("blue-1 app | while it follows");
    const ended = new Promise((resolve) => child.once("close", resolve));
    child.kill("SIGINT");
    expect(await ended).toBe(0);
  });
});

test("the journal has who, when and which command, no output and no secret; a rollout takes it for nobody's word", () => {
  const [secret] = secrets();
  const before = visits().length;
  type(
    ["exec", "--track", "blue"],
    ["sh", "-c", `: ${secret}; curl -u ann:hunter2hunter --password geheim99 x`],
  );
  type(["console", "cache"], ["AUTH", "geheim99"]);
  const added = visits().slice(before);
  expect(added).toEqual([
    {
      kind: "visit",
      verb: "exec",
      server: "blue-1",
      command: "sh -c ': (secret); curl -u ann:(secret) --password (secret) x'",
      at: expect.any(Number),
      by: expect.stringMatching(/^\S+@\S+$/),
    },
    expect.objectContaining({ verb: "console", command: "redis-cli AUTH (secret)" }),
  ]);
  expect(JSON.stringify(visits())).not.toContain("a terminal of");
  for (const each of secrets()) expect(JSON.stringify(visits())).not.toContain(each);
  expect(type(["status"]).stdout).toContain("no rollout has begun");
});
