import * as pulumi from "@pulumi/pulumi";
import type { Settings } from "../settings/settings.ts";
import { mayDeploy, mayOperate, mayRead, mayUseState } from "./permissions.ts";
import { role } from "./role.ts";

export interface OperatorsArgs {
  stack: string;
  region: string;
  /** ARNs of the IAM roles and users of those on call. */
  principals: string[];
  /** Where Pulumi's state is: `rollout run` and `shift` write it. */
  state: Settings["pipeline"];
}

/** As long as a shift. Who takes it from another role, as with IAM Identity Center, gets an hour at a time from AWS. */
const SESSION_HOURS = 8;

/**
 * A role that people on call take by hand: what the workflows may, and what only people's commands need. It can't change
 * itself or the workflows' roles, and the live database can't be deleted with it.
 */
export class Operators extends pulumi.ComponentResource {
  readonly roleArn: pulumi.Output<string>;

  constructor(name: string, args: OperatorsArgs, opts?: pulumi.ComponentResourceOptions) {
    super("rollout:infra:Operators", name, {}, opts);
    const { stack, principals, state } = args;
    this.roleArn = role(this, `${name}-operators`, {
      description: `People on call operate ${stack}`,
      trust: JSON.stringify({
        Version: "2012-10-17",
        Statement: [{ Effect: "Allow", Principal: { AWS: principals.toSorted() }, Action: "sts:AssumeRole" }],
      }),
      permissions: [...mayRead(args), ...mayDeploy(args), ...mayUseState(state, true), ...mayOperate(args)],
      sessionHours: SESSION_HOURS,
    }).arn;
    this.registerOutputs({ roleArn: this.roleArn });
  }
}
