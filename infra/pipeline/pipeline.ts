import * as aws from "@pulumi/aws";
import * as pulumi from "@pulumi/pulumi";
import type { Settings } from "../settings/settings.ts";
import { mayDeploy, mayRead, mayUseState, type Statement } from "./permissions.ts";
import { role } from "./role.ts";
import { ISSUER, trustOf } from "./trust.ts";

export interface PipelineArgs {
  stack: string;
  region: string;
  settings: Settings["pipeline"];
}

/** As long as GitHub lets a job run: a rollout's job keeps its credentials to the end. */
const SESSION_HOURS = 6;

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
      role(this, `${name}-${suffix}`, {
        description,
        trust: trustOf(provider, settings, environments),
        permissions,
        sessionHours: SESSION_HOURS,
      });

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
}
