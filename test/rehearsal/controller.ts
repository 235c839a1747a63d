import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { observed } from "../../rollout/cli/observed.ts";
import type { Plan } from "../../rollout/core/plan.ts";
import type { JournalEntry } from "../../rollout/platforms/platform.ts";
import { rehearsalPlatform } from "../../rollout/platforms/rehearsal/rollout.ts";
import { judgeOf } from "../../rollout/run/judge.ts";
import { run } from "../../rollout/run/run.ts";

// A controller that is killed as soon as it has written an entry of a sort that none was killed at before. It prints what
// became of the rollout when it lives to see that.

export interface ControllerOptions {
  projectDir: string;
  stateDir: string;
  stack: string;
  begin: { rollout: string; stable: string; candidate: string; plan: Plan };
  /** Remembers at which entries it was killed. */
  killsFile: string;
}

const options = JSON.parse(process.argv[2]!) as ControllerOptions;
const { begin, killsFile, ...place } = options;
const kills: string[] = existsSync(killsFile) ? JSON.parse(readFileSync(killsFile, "utf8")) : [];

const platform = observed(
  rehearsalPlatform(place),
  (entry) => {
    const sort = sortOf(entry);
    if (kills.includes(sort)) return;
    writeFileSync(killsFile, JSON.stringify([...kills, sort]));
    process.kill(process.pid, "SIGKILL");
  },
  new AbortController().signal,
);
const result = await run({
  platform,
  judge: judgeOf(begin.plan),
  owner: `controller ${process.pid}`,
  // As the command line does: a rollout that is over isn't begun anew.
  ...((await platform.journal.read()).version === null && { begin }),
  pollMs: 100,
});
process.stdout.write(JSON.stringify(result));

/** Without what differs between an entry and its repetition after a crash. */
function sortOf(entry: JournalEntry): string {
  const { at, by, id, reason, ...rest } = entry as JournalEntry & { id?: number; reason?: string };
  return JSON.stringify(rest.kind === "passed" ? { kind: rest.kind, step: rest.step } : rest);
}
