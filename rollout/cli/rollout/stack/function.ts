import { member } from "../../../../infra/sure.ts";
import { type Clock, systemClock } from "../../../clock.ts";
import { Held } from "../../../platforms/held.ts";
import { serveOnce } from "../../../run/serve.ts";
import { drive } from "../drive.ts";
import { type Steered, steered } from "./steered.ts";

/** What AWS Lambda tells of an invocation (Developer Guide, "Using the Lambda context object"). */
export interface Invocation {
  awsRequestId: string;
  getRemainingTimeInMillis(): number;
}

/** Left of the time that it may last when it gives the lease back: for what it is in the middle of, such as a smoke test. */
const MARGIN_MS = 60_000;
/** Longer than between two signs of life (rollout/platforms/aws/journal/lease.ts): who is silent for so long may be dead. */
const SILENT_MS = 12_000;
/** The next one is there before the first has gone, so that no minute passes in which nobody watches. */
const OVERLAP_MS = 75_000;
const TRY_EVERY_MS = 1_000;

let stack: Steered | undefined;

/**
 * The stack's controller as AWS Lambda calls it, each minute: ends at once when nothing is due, or when another one drives that is
 * well. Otherwise it drives until its own time is nearly over, and the next one goes on by the journal.
 *
 * @throws what a rollout can't go on by, for the count of errors that its alarm watches
 */
export async function handler(_: unknown, invocation: Invocation): Promise<void> {
  stack ??= steered({
    stack: member(process.env, "ROLLOUT_STACK") as string,
    bucket: member(process.env, "ROLLOUT_JOURNAL") as string,
    region: member(process.env, "AWS_REGION") as string,
  });
  await shift(stack, invocation);
}

async function shift({ journal, open }: Steered, invocation: Invocation, clock: Clock = systemClock) {
  const lastsMs = invocation.getRemainingTimeInMillis() - MARGIN_MS;
  const isOver = () => invocation.getRemainingTimeInMillis() < MARGIN_MS;
  const owner = `the stack's controller (${invocation.awsRequestId})`;
  while (!isOver()) {
    try {
      await serveOnce({
        journal,
        clock,
        drive: async (leave) =>
          drive(await open(), { owner, clock, leave: (state) => isOver() || leave(state) }),
      });
      return;
    } catch (error) {
      if (!(error instanceof Held)) throw error;
      if (!isToGo(error, clock.now() - error.since - lastsMs)) return;
    }
    await clock.sleep(TRY_EVERY_MS);
  }
}

/** Whether who drives is about to go, or seems to be gone. @param overMs since its time was over */
function isToGo({ silentMs }: Held, overMs: number): boolean {
  return silentMs > SILENT_MS || Math.abs(overMs) < OVERLAP_MS;
}
