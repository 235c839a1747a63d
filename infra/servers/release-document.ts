import * as aws from "@pulumi/aws";
import type * as pulumi from "@pulumi/pulumi";

/**
 * A rollout has the servers of a track that lost its traffic run this document: they let go of the streams and
 * WebSockets that are open there, which don't move with the weights. nginx starts new workers, and its old ones close
 * what they still have after `app.drain` (infra/host/nginx.ts).
 *
 * It is a document of its own, so that whoever rolls out may send this one to the servers and no other script.
 */
export function releaseDocument(name: string, child: { parent: pulumi.Resource }): aws.ssm.Document {
  return new aws.ssm.Document(
    `${name}-release`,
    {
      documentType: "Command",
      documentFormat: "JSON",
      targetType: "/AWS::EC2::Instance",
      content: JSON.stringify({
        schemaVersion: "2.2",
        description: "Lets go of the streams and WebSockets that are open at a server",
        mainSteps: [
          {
            action: "aws:runShellScript",
            name: "release",
            inputs: { timeoutSeconds: "60", runCommand: ["systemctl reload nginx"] },
          },
        ],
      }),
    },
    child,
  );
}
