import type { Clock } from "../clock.ts";
import { Held } from "../platforms/held.ts";
import type { Platform } from "../platforms/platform.ts";
import { until } from "../waiting.ts";

/** Longer than a dead run's lease lasts (rollout/platforms/aws/journal/lease.ts). */
const PATIENCE_MS = 40_000;

/** Who runs a rollout, and whether it has answered the last word that a person gave it. */
export interface Runner {
  owner: string;
  answered: boolean;
}

/**
 * Which run hears a person's word. A run that was killed seems to be there until its lease has run out. So a silent
 * run is waited for: either it answers, or its lease ends and it is known to be gone. A living run may be silent for
 * longer while it is in the middle of an act.
 *
 * @param who asks
 * @returns undefined when nobody runs the rollout
 */
export async function hearer(
  platform: Pick<Platform, "journal">,
  clock: Clock,
  who: string,
): Promise<Runner | undefined> {
  let runner: Runner | undefined;
  await until({ clock, everyMs: 500, withinMs: PATIENCE_MS }, async () => {
    const owner = await runnerOf(platform, who);
    runner = owner === undefined ? undefined : { owner, answered: await isAnswered(platform) };
    return runner?.answered ?? true;
  });
  return runner;
}

/** @returns undefined when nobody runs it */
export async function runnerOf(
  { journal }: Pick<Platform, "journal">,
  who: string,
): Promise<string | undefined> {
  try {
    const lock = await journal.lock(`${who}, to see who runs it`);
    await lock.release();
    return undefined;
  } catch (error) {
    if (error instanceof Held) return error.owner;
    throw error;
  }
}

/** Whether the controller has written anything since. */
async function isAnswered({ journal }: Pick<Platform, "journal">): Promise<boolean> {
  const { entries } = await journal.read();
  return entries.findLast(({ kind }) => kind !== "visit")?.kind !== "command";
}
