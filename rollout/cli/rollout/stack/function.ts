import { given } from "../../../../infra/sure.ts";
import { systemClock } from "../../../clock.ts";
import { serveShift } from "../../../run/service/shift.ts";
import { drive } from "../drive.ts";
import { type Steered, steered } from "./steered.ts";

/** What AWS Lambda tells of an invocation (Developer Guide, "Using the Lambda context object"). */
export interface Invocation {
  awsRequestId: string;
  getRemainingTimeInMillis(): number;
}

/** Kept between invocations, as AWS keeps the process for a while. */
let stack: Steered | undefined;

/**
 * The stack's controller as AWS Lambda calls it, each minute: drives what is due until its own time is nearly over, and the next
 * one goes on by the journal.
 *
 * @throws what a rollout can't go on by, for the count of errors that its alarm watches
 */
export async function handler(_: unknown, invocation: Invocation): Promise<void> {
  const { ROLLOUT_STACK, ROLLOUT_JOURNAL, AWS_REGION } = process.env;
  stack ??= steered({
    stack: given(ROLLOUT_STACK, "ROLLOUT_STACK"),
    bucket: given(ROLLOUT_JOURNAL, "ROLLOUT_JOURNAL"),
    region: given(AWS_REGION, "AWS_REGION"),
  });
  const { journal, open } = stack;
  const owner = `the stack's controller (${invocation.awsRequestId})`;
  await serveShift({
    journal,
    clock: systemClock,
    remainingMs: () => invocation.getRemainingTimeInMillis(),
    drive: async (leave) => drive(await open(), { owner, leave }),
  });
}
