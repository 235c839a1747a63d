import * as aws from "@pulumi/aws";
import * as pulumi from "@pulumi/pulumi";
import type { Settings } from "../settings/settings.ts";
import { mayDeploy, mayRead, mayUseState, type Statement } from "./permissions.ts";
import { ISSUER, trustOf } from "./trust.ts";

export interface PipelineArgs {
  stack: string;
  region: string;
  settings: Settings["pipeline"];
}

/** As long as GitHub lets a job run: a rollout's job keeps its credentials to the end. */
const SESSION_SECONDS = 6 * 60 * 60;

/**
 * What the workflows of a repository use in AWS, without a key that could leak: GitHub's identity provider and two
 * roles. One deploys the stack, for jobs in the environments `<stack>` and `<stack>-rollout`; one only reads it, for
 * the drift check in `<stack>-drift`.
 *
 * The deploying role can't change the two: a person runs `pulumi up` when they are to change.
 */
export class Pipeline extends pulumi.ComponentResource {
  readonly deployRoleArn: pulumi.Output<string>;
  readonly driftRoleArn: pulumi.Output<string>;

  constructor(name: string, args: PipelineArgs, opts?: pulumi.ComponentResourceOptions) {
    super("rollout:infra:Pipeline", name, {}, opts);
    const { stack, settings } = args;
    const { repository } = settings;
    const provider = settings.provider ?? this.#provider(name).arn;
    const roleOf = (suffix: string, description: string, environments: string[], permissions: Statement[]) =>
      this.#role(`${name}-${suffix}`, description, trustOf(provider, repository, environments), permissions);

    const deploy = roleOf(
      "pipeline",
      `Workflows of ${repository} deploy ${stack}`,
      [stack, `${stack}-rollout`],
      [...mayRead(args), ...mayDeploy(args), ...mayUseState(settings, true)],
    );
    const drift = roleOf(
      "pipeline-drift",
      `Workflows of ${repository} read ${stack}`,
      [`${stack}-drift`],
      [...mayRead(args), ...mayUseState(settings, false)],
    );

    this.deployRoleArn = deploy.arn;
    this.driftRoleArn = drift.arn;
    this.registerOutputs({ deployRoleArn: this.deployRoleArn, driftRoleArn: this.driftRoleArn });
  }

  /** AWS knows GitHub's certificates by itself: no thumbprint. */
  #provider(name: string): aws.iam.OpenIdConnectProvider {
    return new aws.iam.OpenIdConnectProvider(
      `${name}-github`,
      { url: `https://${ISSUER}`, clientIdLists: ["sts.amazonaws.com"] },
      { parent: this },
    );
  }

  #role(
    name: string,
    description: string,
    assumeRolePolicy: pulumi.Output<string>,
    permissions: Statement[],
  ): aws.iam.Role {
    const role = new aws.iam.Role(
      name,
      { description, assumeRolePolicy, maxSessionDuration: SESSION_SECONDS },
      { parent: this },
    );
    // Managed policies may hold 6,144 characters each, an inline one 10,240 for all of a role: more than one, by size.
    for (const [index, part] of inParts(permissions).entries()) {
      const policy = new aws.iam.Policy(
        `${name}-${index + 1}`,
        { description, policy: JSON.stringify({ Version: "2012-10-17", Statement: part }) },
        { parent: this },
      );
      new aws.iam.RolePolicyAttachment(
        `${name}-${index + 1}`,
        { role: role.name, policyArn: policy.arn },
        { parent: this },
      );
    }
    return role;
  }
}

/** IAM's limit of a managed policy is 6,144 characters without white space; what is around the statements is left room. */
const LIMIT = 6_000;

/** Statements in order, as many to a part as fit. */
export function inParts(statements: Statement[]): Statement[][] {
  const parts: Statement[][] = [[]];
  for (const statement of statements) {
    const last = parts.at(-1)!;
    if (last.length > 0 && JSON.stringify([...last, statement]).length > LIMIT) parts.push([statement]);
    else last.push(statement);
  }
  return parts;
}
