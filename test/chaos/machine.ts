import { type ChildProcess, execFileSync } from "node:child_process";
import { appendFileSync, existsSync, readFileSync, renameSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { type Random, wholeBetween } from "../../rollout/load/random.ts";

/** What a fault may be done to: the run of a rollout, and what it needs of this machine. */
export interface Machine {
  projectDir: string;
  /** HAProxy's runtime API, which is the controller's network to the balancer. */
  socket: string;
  /** Says by how many milliseconds the controller's clock is ahead: see test/drills/set-clock.mjs. */
  clockFile: string;
  controller: () => ChildProcess | undefined;
  random: Random;
}

export interface MachineFault {
  name: string;
  /** Done, and undone; it takes some seconds. */
  strike(machine: Machine): Promise<void>;
}

export const MACHINE_FAULTS: readonly MachineFault[] = [
  {
    name: "the controller is killed",
    async strike({ controller }) {
      controller()?.kill("SIGKILL");
    },
  },
  {
    name: "the controller stands still",
    async strike({ controller, random }) {
      const child = controller();
      child?.kill("SIGSTOP");
      await sleep(wholeBetween(random, 1_000, 6_000));
      child?.kill("SIGCONT");
    },
  },
  {
    name: "the disk is full",
    async strike({ controller, random }) {
      const { pid } = controller() ?? {};
      if (pid === undefined || !limited(pid, "0")) return;
      await sleep(wholeBetween(random, 1_000, 6_000));
      limited(pid, "unlimited");
    },
  },
  {
    name: "the clock is set",
    async strike({ clockFile, random }) {
      writeFileSync(clockFile, String(wholeBetween(random, -3_600_000, 3_600_000)));
    },
  },
  {
    name: "somebody edits the config",
    async strike({ projectDir, random }) {
      appendFileSync(join(projectDir, "Pulumi.beta.yaml"), `# a note, ${wholeBetween(random, 1, 1_000)}\n`);
    },
  },
  {
    name: "the balancer can't be reached",
    async strike({ socket, random }) {
      const away = `${socket}.away`;
      if (!existsSync(socket)) return;
      renameSync(socket, away);
      await sleep(wholeBetween(random, 500, 4_000));
      // A reload may have made another meanwhile.
      if (!existsSync(socket)) renameSync(away, socket);
    },
  },
];

/** No file of the process can grow beyond that; undone for one that has ended. */
function limited(pid: number, fsize: string): boolean {
  try {
    execFileSync("prlimit", ["--pid", String(pid), `--fsize=${fsize}:unlimited`], { stdio: "ignore" });
    return true;
  } catch {
    return false;
  }
}

/** What the config says of its stable track. */
export function stableIn(projectDir: string): string {
  const text = readFileSync(join(projectDir, "Pulumi.beta.yaml"), "utf8");
  return /rollout:stable: "?(\w+)/.exec(text)?.[1] ?? "blue";
}
