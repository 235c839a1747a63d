import type { JournalEntry } from "../../core/journal.ts";
import type { RolloutState } from "../../core/state.ts";
import { type LongEvent, type LongStep, longEventIn, longSteps } from "../../view/long-connections.ts";
import { sharesIn } from "../../view/report/data.ts";
import { LONG } from "../../visit/visited.ts";
import type { StackAtHand } from "../on.ts";
import { tell } from "../out.ts";
import { visitedOn } from "../visit/visited-stack.ts";

/** What was opened so long before a rollout began, and is open still, is counted, too. */
const BEFORE_MS = 3_600_000;

/** A rollout's WebSockets and event streams, by step, from the servers' logs. @returns undefined where these can't be read */
export async function longConnections(
  { platform, stack }: Pick<StackAtHand, "platform" | "stack">,
  state: RolloutState,
  entries: readonly JournalEntry[],
): Promise<LongStep[] | undefined> {
  const events: LongEvent[] = [];
  try {
    const visited = await visitedOn(platform.kind, stack);
    const since = state.begunAt - BEFORE_MS;
    await visited.logs({ kind: "nginx", process: LONG, since, follow: false }, (lines) => {
      events.push(...lines.flatMap(({ text }) => longEventIn(text) ?? []));
    });
  } catch (error) {
    tell(`the log of WebSockets and event streams can't be read: ${(error as Error).message}`);
    return undefined;
  }
  return longSteps(events, sharesIn(entries, state));
}
