import { spawn, spawnSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { expect, it } from "vitest";
import { startTimeOf } from "../../../rollout/platforms/rehearsal/machine/identity.ts";
import { locked } from "../../../rollout/platforms/rehearsal/machine/lock.ts";
import { isRunning, run, start, untilReady } from "../../../rollout/platforms/rehearsal/machine/processes.ts";
import { Ledger, placeOf, type State } from "../../../rollout/platforms/rehearsal/machine/state.ts";
import { inStopOrder, stop } from "../../../rollout/platforms/rehearsal/machine/stopping.ts";
import { temporaryFolder } from "../../support/temporary-folder.ts";

function emptyLedger(): Ledger {
  const place = placeOf("beta", temporaryFolder("processes-"));
  return Ledger.create(place, { version: 1, processes: {}, servers: [], numbered: {} } as unknown as State);
}

it("a process is in the state on disk before it runs", async () => {
  const ledger = emptyLedger();
  const { stateFile } = ledger.place;
  const { exit, log } = start(ledger, { key: "cat", command: ["cat", stateFile] });
  expect(await exit).toBe(0);
  expect(JSON.parse(readFileSync(log, "utf8")).processes.cat.pid).toBe(ledger.state.processes.cat!.pid);
});

it("stops by the process's own signal, and kills what doesn't heed it", async () => {
  const ledger = emptyLedger();
  const deaf = start(ledger, {
    key: "deaf",
    command: ["sh", "-c", "trap '' TERM; echo up; while :; do sleep 1; done"],
  });
  await untilReady(deaf, async () => readFileSync(deaf.log, "utf8") === "up\n");
  const record = ledger.state.processes.deaf!;
  await stop(ledger, "deaf", 200);
  expect(isRunning(record)).toBe(false);
  expect(ledger.state.processes).toEqual({});
});

it("never stops another process that was given the same number", async () => {
  const ledger = emptyLedger();
  const stranger = spawn("sleep", ["60"]);
  ledger.change(({ processes }) => {
    processes.old = { pid: stranger.pid!, started: "long ago", log: "", stopSignal: "SIGTERM" };
  });
  await stop(ledger, "old");
  expect(startTimeOf(stranger.pid!)).toBeDefined();
  stranger.kill();
});

it("an error names the log and shows its end", async () => {
  const ledger = emptyLedger();
  const bad = () => run(ledger, { key: "bad", command: ["sh", "-c", "echo no room; exit 3"] });
  const once = /^bad failed \(3\)\. Its log .*bad\.log ends with:\n {2}no room$/;
  await expect(bad()).rejects.toThrow(once);
  // Tried again: what the try before said isn't said once more.
  await expect(bad()).rejects.toThrow(once);
});

it("gives a process its own time to end", async () => {
  const ledger = emptyLedger();
  const deaf = start(ledger, {
    key: "deaf",
    command: ["sh", "-c", "trap '' TERM; echo up; while :; do sleep 0.05; done"],
    graceMs: 300,
  });
  await untilReady(deaf, async () => readFileSync(deaf.log, "utf8").includes("up"));
  const begun = performance.now();
  await stop(ledger, "deaf");
  expect(performance.now() - begun).toBeGreaterThan(299);
  expect(performance.now() - begun).toBeLessThan(9_000);
});

it("what waits to be let go ends when its parent dies", async () => {
  const orphan = spawnSync("sh", ["-c", `(read -r go && exec sleep 60) < /dev/null; echo $?`], {
    encoding: "utf8",
  });
  expect(orphan.stdout).toBe("1\n");
});

it("stops in an order in which nobody meets a closed door", () => {
  expect(inStopOrder(["postgres", "blue-1.app", "balancer", "redis", "blue-1.nginx", "initdb"])).toEqual([
    ["initdb"],
    ["balancer"],
    ["blue-1.nginx"],
    ["blue-1.app"],
    ["postgres", "redis"],
  ]);
});

it("two commands don't change a stack at once", async () => {
  const place = placeOf("beta", temporaryFolder("lock-"));
  const first = locked(place, () => sleep(100));
  await expect(locked(place, async () => {})).rejects.toThrow("is changing the stack beta");
  await first;
  await expect(locked(place, async () => "free")).resolves.toBe("free");
});

it("a lock whose holder died is taken over", async () => {
  const place = placeOf("beta", temporaryFolder("lock-"));
  const holder = `import { locked } from "${join(import.meta.dirname, "../../../rollout/platforms/rehearsal/machine/lock.ts")}";
    await locked(${JSON.stringify(place)}, async () => process.kill(process.pid, "SIGKILL"));`;
  spawnSync(process.execPath, ["--input-type=module", "-e", holder]);
  await expect(locked(place, async () => "mine")).resolves.toBe("mine");
});
