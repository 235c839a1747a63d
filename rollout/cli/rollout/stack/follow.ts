import { type Clock, systemClock } from "../../../clock.ts";
import { replay } from "../../../core/replay.ts";
import { followerOf } from "../../../notify/github/follower.ts";
import { runnerOf } from "../../../run/hearing.ts";
import type { RunResult } from "../../../run/run.ts";
import { entryLines } from "../../../view/entry-lines.ts";
import { actsIn } from "../../../view/entry-text.ts";
import { type StackAtHand, whoami } from "../../on.ts";
import { intoConfig } from "../from-journal.ts";

const LOOK_EVERY_MS = 1_000;
/** The controller of a stack takes a rollout up within a minute. */
const TAKEN_UP_MS = 75_000;

/**
 * Tells what the stack's controller does with a rollout until it is over, or a person must decide. Whatever ends it, the rollout
 * goes on. On AWS the controller has another config than this checkout: its weights are put here, to be committed.
 *
 * @returns `left` when what comes next takes more than the controller may do
 * @param known entries that were told already
 */
export async function follow(
  here: Pick<StackAtHand, "platform" | "settings" | "stack" | "say" | "projectDir">,
  known: number,
  clock: Clock = systemClock,
): Promise<RunResult> {
  const { platform, stack, say, projectDir } = here;
  const follower = await followerOf(here);
  const stop = leaveOnSignal(say, stack);
  const line = entryLines(actsIn((await platform.journal.read()).entries.slice(0, known)));
  let told = known;
  let heardAt = clock.now();
  let isMissed = false;
  try {
    for (; ; await clock.sleep(LOOK_EVERY_MS)) {
      const { entries } = await platform.journal.read();
      for (const entry of entries.slice(told)) say(line(entry));
      const isNew = entries.length > told;
      if (isNew) heardAt = clock.now();
      told = entries.length;
      const state = replay(entries);
      if (state) follower?.see(state);
      if (state && isNew && platform.kind === "aws") await intoConfig(projectDir, stack, state);
      const { stage, outcome, stopped } = state ?? {};
      if (stage?.at === "ended" && outcome) return { outcome: outcome.is, reason: outcome.reason };
      if (stage?.at === "contract") return { outcome: "left", reason: "the database is to be changed" };
      if (stopped !== undefined) return { outcome: "stopped", reason: stopped };
      if (stage?.at === "keep" || isMissed || clock.now() - heardAt < TAKEN_UP_MS) continue;
      heardAt = clock.now();
      if ((await runnerOf(platform, whoami())) !== undefined) continue;
      isMissed = true;
      say(
        `Nobody runs this rollout: the stack's controller is missing. From here: rollout run --here --stack ${stack}`,
      );
    }
  } finally {
    stop();
    await follower?.flush();
  }
}

function leaveOnSignal(say: (line: string) => void, stack: string): () => void {
  const leave = () => {
    say(`\nThe stack's controller goes on with the rollout. Follow it again: rollout run --stack ${stack}`);
    say(`Or see: rollout status --stack ${stack}. Or go back: rollout rollback --stack ${stack}`);
    process.exit(130);
  };
  const signals = ["SIGINT", "SIGTERM", "SIGHUP"] as const;
  for (const signal of signals) process.once(signal, leave);
  return () => {
    for (const signal of signals) process.off(signal, leave);
  };
}
