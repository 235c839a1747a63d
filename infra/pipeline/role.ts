import * as aws from "@pulumi/aws";
import type * as pulumi from "@pulumi/pulumi";
import type { Statement } from "./permissions.ts";

export interface RoleArgs {
  description: string;
  /** The policy that says who may take it. */
  trust: pulumi.Input<string>;
  permissions: Statement[];
  /** How long a session may last. */
  sessionHours: number;
}

/** A role of a component's, with what it may do. */
export function role(parent: pulumi.Resource, name: string, args: RoleArgs): aws.iam.Role {
  const { description, trust, permissions, sessionHours } = args;
  const made = new aws.iam.Role(
    name,
    { description, assumeRolePolicy: trust, maxSessionDuration: sessionHours * 60 * 60 },
    { parent },
  );
  // Managed policies may hold 6,144 characters each, an inline one 10,240 for all of a role: more than one, by size.
  for (const [index, part] of inParts(permissions).entries()) {
    const policy = new aws.iam.Policy(
      `${name}-${index + 1}`,
      { description, policy: JSON.stringify({ Version: "2012-10-17", Statement: part }) },
      { parent },
    );
    new aws.iam.RolePolicyAttachment(
      `${name}-${index + 1}`,
      { role: made.name, policyArn: policy.arn },
      { parent },
    );
  }
  return made;
}

/** IAM's limit of a managed policy is 6,144 characters without white space; what is around the statements is left room. */
const LIMIT = 6_000;

/** Statements in order, as many to a part as fit. */
export function inParts(statements: Statement[]): Statement[][] {
  const parts: Statement[][] = [];
  for (const statement of statements) {
    const last = parts.at(-1);
    if (last && JSON.stringify([...last, statement]).length <= LIMIT) last.push(statement);
    else parts.push([statement]);
  }
  return parts;
}
