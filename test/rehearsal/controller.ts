import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { setTimeout as sleep } from "node:timers/promises";
import type { Plan } from "../../rollout/core/plan.ts";
import type { JournalEntry, JournalStore, Platform } from "../../rollout/platforms/platform.ts";
import { rehearsalPlatform } from "../../rollout/platforms/rehearsal/rollout/platform.ts";
import { judgeOf } from "../../rollout/run/judge.ts";
import { run } from "../../rollout/run/run.ts";

// A controller that is killed (SIGKILL, by itself) at each write of its journal that none was killed at yet. It prints what
// became of the rollout when it lives to see that.

/** When a write kills: before it, while it is under way, when it is done; or so many milliseconds after an intent, amid its act. */
export type Moment = "before" | "during" | "after" | number;

export interface ControllerOptions {
  projectDir: string;
  stateDir: string;
  stack: string;
  begin: { rollout: string; stable: string; candidate: string; plan: Plan };
  moments: Moment[];
  /** Remembers at what it was killed: {@link Kill}, a JSON line each. */
  killsFile: string;
}

export interface Kill {
  moment: Moment;
  /** Which write of the run, without what differs between a write and its repetition after a crash. */
  write: string;
}

const { begin, killsFile, moments, ...place } = JSON.parse(process.argv[2]!) as ControllerOptions;
const platform = killed(rehearsalPlatform(place));
const { entries, version } = await platform.journal.read();
const acts = new Map(entries.flatMap((entry) => (entry.kind === "intent" ? [[entry.id, entry.act]] : [])));
const result = await run({
  platform,
  judge: judgeOf(begin.plan),
  owner: `controller ${process.pid}`,
  // As the command line does: a rollout that is over isn't begun anew.
  ...(version === null && { begin }),
  pollMs: 100,
});
process.stdout.write(JSON.stringify(result));

function killed(platform: Platform): Platform {
  const { journal } = platform;
  const deadly: JournalStore = {
    read: () => journal.read(),
    lock: (owner) => journal.lock(owner),
    async append(entry, version) {
      if (entry.kind === "intent") acts.set(entry.id, entry.act);
      const write = writeOf(entry);
      if (isDue({ moment: "before", write })) die();
      const writing = journal.append(entry, version);
      // Between two of its calls to the file system, or just after the last.
      if (isDue({ moment: "during", write })) setImmediate(die);
      const next = await writing;
      if (isDue({ moment: "after", write })) die();
      const amid = entry.kind === "intent" && moments.find((each) => isDue({ moment: each, write }));
      if (typeof amid === "number") void sleep(amid).then(die);
      return next;
    },
  };
  return new Proxy(platform, {
    get(target, key) {
      if (key === "journal") return deadly;
      const value = Reflect.get(target, key, target);
      return typeof value === "function" ? value.bind(target) : value;
    },
  });
}

/** Whether this is a kill that has not been yet; from now on it has. */
function isDue(kill: Kill): boolean {
  const before = existsSync(killsFile) ? readFileSync(killsFile, "utf8") : "";
  const line = `${JSON.stringify(kill)}\n`;
  if (!moments.includes(kill.moment) || before.includes(line)) return false;
  writeFileSync(killsFile, before + line);
  return true;
}

function die(): void {
  process.kill(process.pid, "SIGKILL");
}

/** Such as `done {"do":"migrate",...}`. */
function writeOf(entry: JournalEntry): string {
  switch (entry.kind) {
    case "intent":
    case "done":
    case "lost":
      return `${entry.kind} ${JSON.stringify(acts.get(entry.id))}`;
    case "verified":
      return `verified ${JSON.stringify(entry.weights)}`;
    case "passed":
      return `passed ${entry.step}`;
    default:
      return entry.kind;
  }
}
