import { GetCommandInvocationCommand, SendCommandCommand, SSMClient } from "@aws-sdk/client-ssm";
import { clientSettings } from "../../../infra/aws-client.ts";
import { given } from "../../../infra/sure.ts";
import type { Clock } from "../../clock.ts";
import { waitFor } from "../../waiting.ts";

/** How a script ended on a server. */
export interface Ran {
  /** Its exit code; null: it never ran, or not to its end. */
  code: number | null;
  /** Its first 24,000 characters: Systems Manager keeps no more. */
  stdout: string;
  stderr: string;
  /** Systems Manager's own word, such as `Success` or `DeliveryTimedOut`. */
  status: string;
}

export interface CommandOptions {
  region: string;
  clock: Clock;
  /** Of the script, in seconds. */
  withinSeconds: number;
  /** Shown in Systems Manager's history. */
  comment: string;
  /** Ends the waiting, not the script. */
  signal?: AbortSignal | undefined;
  /** How often its end is looked for, in milliseconds; five seconds by default. */
  everyMs?: number;
}

const EVERY_MS = 5_000;
/** A server whose agent doesn't take it up by then isn't there. The least that the API takes is 30. */
const DELIVERED_WITHIN_SECONDS = 120;
const UNDER_WAY = new Set(["Pending", "InProgress", "Delayed", "Cancelling"]);

/**
 * Runs a bash script as root on a server of the stack's, by Systems Manager's Run Command: no port is open for it. What the
 * script holds and prints is kept in Systems Manager's history: no secrets in either.
 *
 * @throws when the command can't be sent, isn't at its end in time, or can't be followed
 */
export async function runOn(instanceId: string, script: string, options: CommandOptions): Promise<Ran> {
  const { region, clock, withinSeconds, comment, signal, everyMs = EVERY_MS } = options;
  const client = new SSMClient(clientSettings(region));
  const { Command } = await client.send(
    new SendCommandCommand({
      DocumentName: "AWS-RunShellScript",
      InstanceIds: [instanceId],
      Comment: comment,
      TimeoutSeconds: DELIVERED_WITHIN_SECONDS,
      // A list of lines; a `#!` in the first is heeded.
      Parameters: { commands: script.split("\n"), executionTimeout: [String(withinSeconds)] },
    }),
  );
  let ran: Ran | undefined;
  const withinMs = (withinSeconds + 2 * DELIVERED_WITHIN_SECONDS) * 1000;
  const patience = { clock, everyMs, withinMs, signal };
  await waitFor(`${comment} on ${instanceId}`, patience, async () => {
    ran = await endOf(client, instanceId, Command?.CommandId);
    return ran !== undefined;
  });
  return given(ran, "end of the command");
}

/** Undefined while it goes on. */
async function endOf(
  client: SSMClient,
  InstanceId: string,
  CommandId: string | undefined,
): Promise<Ran | undefined> {
  try {
    const {
      Status,
      StatusDetails,
      ResponseCode = -1,
      ...said
    } = await client.send(new GetCommandInvocationCommand({ CommandId, InstanceId }));
    if (!Status || UNDER_WAY.has(Status)) return undefined;
    return {
      code: ResponseCode < 0 ? null : ResponseCode,
      stdout: said.StandardOutputContent ?? "",
      stderr: said.StandardErrorContent ?? "",
      status: StatusDetails ?? Status,
    };
  } catch (error) {
    // For a moment after it was sent (API Reference, GetCommandInvocation).
    if ((error as Error).name === "InvocationDoesNotExist") return undefined;
    throw error;
  }
}
