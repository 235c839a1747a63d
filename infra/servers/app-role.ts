import * as aws from "@pulumi/aws";
import * as pulumi from "@pulumi/pulumi";
import { policyOf } from "../policy-document.ts";
import type { Settings } from "../settings/settings.ts";

export interface AppRoleArgs {
  /** Who may take it: the servers, which hand its credentials to the app's container. */
  serverRoleArn: pulumi.Input<string>;
  bucketArns: pulumi.Input<string>[];
  permissions: Settings["app"]["permissions"];
}

/**
 * What the app itself may do in AWS: read and write its buckets, and what the config adds. A role of its own, for the
 * servers' may read every secret of the stack. What a version of an object was it can't delete: that stays to be had back.
 */
export function appRole(name: string, args: AppRoleArgs, child: pulumi.CustomResourceOptions): aws.iam.Role {
  const role = new aws.iam.Role(
    `${name}-app`,
    {
      description: `The app of ${name}`,
      assumeRolePolicy: policyOf([
        { Effect: "Allow", Action: "sts:AssumeRole", Principal: { AWS: args.serverRoleArn } },
      ]),
    },
    child,
  );
  const statements = [...ofBuckets(args.bucketArns), ...args.permissions.map(allow)];
  new aws.iam.RolePolicy(`${name}-app`, { role: role.id, policy: policyOf(statements) }, child);
  return role;
}

function ofBuckets(arns: pulumi.Input<string>[]): object[] {
  if (arns.length === 0) return [];
  return [
    allow({
      actions: ["s3:GetBucketLocation", "s3:ListBucket", "s3:ListBucketMultipartUploads"],
      resources: arns,
    }),
    allow({
      actions: [
        "s3:AbortMultipartUpload",
        "s3:DeleteObject",
        "s3:GetObject",
        "s3:ListMultipartUploadParts",
        "s3:PutObject",
      ],
      resources: arns.map((arn) => pulumi.interpolate`${arn}/*`),
    }),
  ];
}

function allow({ actions, resources }: { actions: string[]; resources: pulumi.Input<string>[] }): object {
  return { Effect: "Allow", Action: actions, Resource: resources };
}
