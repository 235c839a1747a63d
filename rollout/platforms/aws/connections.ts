import { SendCommandCommand, SSMClient } from "@aws-sdk/client-ssm";
import { clientSettings } from "../../../infra/aws-client.ts";

export interface ReleaseOrder {
  region: string;
  /** The stack's own document (infra/servers/release-document.ts). */
  document: string;
  stack: string;
  tracks: readonly string[];
}

/** A server whose agent doesn't take it up by then isn't there. */
const DELIVERED_WITHIN_SECONDS = 60;

/**
 * Has the servers of some tracks let go of what is open there: it goes on for `app.drain` and is closed then. Comes back
 * when AWS has taken the order, not when it is carried out.
 *
 * @throws when it can't be given
 */
export async function releaseConnections({ region, document, stack, tracks }: ReleaseOrder): Promise<void> {
  await new SSMClient(clientSettings(region)).send(
    new SendCommandCommand({
      DocumentName: document,
      // Both must be so.
      Targets: [
        { Key: "tag:stack", Values: [stack] },
        { Key: "tag:track", Values: [...tracks] },
      ],
      Comment: "rollout: let go of open connections",
      TimeoutSeconds: DELIVERED_WITHIN_SECONDS,
      // All at once, and one that fails keeps none of the others from it.
      MaxConcurrency: "100%",
      MaxErrors: "100%",
    }),
  );
}
