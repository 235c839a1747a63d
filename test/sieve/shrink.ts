import { violations } from "./invariants.ts";
import { play } from "./play.ts";
import { type Schedule, simpler } from "./schedule.ts";

/** A schedule that breaks a rule, made as small as it goes. @returns undefined when it breaks none */
export async function shrunk(
  schedule: Schedule,
): Promise<{ schedule: Schedule; broken: string[]; upsets: string[] } | undefined> {
  const story = await play(schedule);
  const broken = violations(story);
  if (broken.length === 0) return undefined;
  for (const smaller of simpler(schedule)) {
    const found = await shrunk(smaller);
    if (found) return found;
  }
  return { schedule, broken, upsets: story.upsets };
}
