import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { jobsFile, writeJobs, writeMemory } from "../../../rollout/platforms/rehearsal/jobs/order.ts";
import { JobPlayer } from "../../../rollout/platforms/rehearsal/jobs/player.ts";
import { locked } from "../../../rollout/platforms/rehearsal/machine/lock.ts";
import { Ledger, placeOf } from "../../../rollout/platforms/rehearsal/machine/state.ts";
import { stopProcesses } from "../../../rollout/platforms/rehearsal/servers/workers.ts";

// Jobs that are due, run as processes: once for the stack, whatever happens to the servers meanwhile.

let stateDir: string;
let ledger: Ledger;
let stop: AbortController;
let said: string[];
let looking: NodeJS.Timeout;
const runs = () => {
  try {
    return readFileSync(join(stateDir, "runs"), "utf8").split("\n").filter(Boolean);
  } catch {
    return [];
  }
};

beforeEach(() => {
  stateDir = mkdtempSync(join(tmpdir(), "jobs-"));
  const place = placeOf("beta", stateDir);
  ledger = Ledger.create(place, {
    ...{ version: 1, stack: "beta", domain: "beta.example.com", port: 1, redirectPort: 2 },
    ...{ database: { port: 3, folder: join(place.folder, "postgres") }, cache: { port: 4 } },
    ...{ servers: [], numbered: {}, processes: {} },
  } as Ledger["state"]);
  stop = new AbortController();
  said = [];
});
afterEach(async () => {
  stop.abort();
  clearInterval(looking);
  await stopProcesses(ledger, { id: "blue-1" });
  rmSync(stateDir, { recursive: true, force: true });
});

/** A job that has been due several times since it was last run. */
function play(script: string): void {
  const file = jobsFile(ledger.place);
  const schedule = "rate(1 minute)";
  const any = { name: "nightly", kind: "job", stopSeconds: 1 } as const;
  const paths = { blue: process.env.PATH ?? "" };
  const here = {
    ...{ ...any, commands: { blue: ["bash", "-c", script] } },
    ...{ folders: { blue: stateDir }, paths },
  };
  const job = { ...any, schedule, timeoutSeconds: 2, tracks: ["blue"], queue: "beta-job-nightly.fifo", here };
  writeJobs(file, { stack: "beta", stateDir, jobs: [job] });
  const ago = Date.now() - 600_000;
  writeMemory(file, { nightly: { schedule, since: ago - 30_000, ran: ago } });
  const player = new JobPlayer(file, (line) => said.push(line), stop.signal);
  looking = setInterval(() => player.look(), 50);
}

function addServer(id: string): void {
  const folder = join(ledger.place.folder, "servers", id);
  mkdirSync(folder, { recursive: true });
  writeFileSync(join(folder, "app.env"), "GREETING=hello\n");
  ledger.change(({ servers }) => {
    servers.push({ id, track: "blue", version: "abc", port: 5, appPort: 6 });
  });
}

const within = { timeout: 20_000 };
const quiet = () => new Promise((resolve) => setTimeout(resolve, 1_500));

test("one that was due several times runs once, with the server's variables", async () => {
  addServer("blue-1");
  play('echo "$GREETING" >>runs');
  await expect.poll(() => said.join("\n"), within).toContain('"JobDone":1');
  await quiet();
  expect(runs()).toEqual(["hello"]);
});

test("one that is due while no server is there, or somebody changes them, waits for the end of that", async () => {
  play("echo run >>runs");
  await quiet();
  expect(runs()).toEqual([]);
  await locked(ledger.place, async () => {
    addServer("blue-1");
    await quiet();
    expect(runs()).toEqual([]);
  });
  await expect.poll(runs, within).toEqual(["run"]);
});

test("one whose server goes is cut short, and runs again on another", async () => {
  addServer("blue-1");
  play("echo begun >>runs; sleep 1.5; echo whole >>runs");
  await expect.poll(runs, within).toEqual(["begun"]);
  await locked(ledger.place, async () => {
    ledger = Ledger.openOrFail(ledger.place);
    await stopProcesses(ledger, { id: "blue-1" });
    ledger.change((state) => {
      state.servers = [];
    });
    addServer("blue-2");
  });
  await expect.poll(() => said.join("\n"), within).toContain('"JobDone":1');
  expect(runs()).toEqual(["begun", "begun", "whole"]);
  expect(said.join("\n")).toMatch(/cut short, runs again\n.* on blue-2, version abc/);
});

test.each([
  ["ends with an exit code", "exit 3", "failed (3)"],
  ["takes longer than its timeout", "sleep 60", "failed (124)"],
])("one that %s has failed, and isn't tried again", async (_, script, told) => {
  addServer("blue-1");
  play(`echo run >>runs; ${script}`);
  await expect.poll(() => said.join("\n"), within).toContain(told);
  expect(said.join("\n")).toContain('"JobFailed":1');
  await quiet();
  expect(runs()).toEqual(["run"]);
});
