import * as aws from "@pulumi/aws";
import * as pulumi from "@pulumi/pulumi";

export interface LogsArgs {
  /** How long CloudWatch keeps an entry, in days: one of its fixed steps, such as 30. */
  retentionDays: number;
}

/**
 * Where the servers' logs go, under names that a person would guess (`/rollout/beta/app`). Each server of a track
 * writes to a stream `TRACK/INSTANCE`.
 */
export class Logs extends pulumi.ComponentResource {
  /** What the app's container prints. */
  readonly app: aws.cloudwatch.LogGroup;
  /** nginx's access log, a JSON object a line, and its errors. */
  readonly nginx: aws.cloudwatch.LogGroup;
  /** The servers' syslog, boot and upgrades. */
  readonly system: aws.cloudwatch.LogGroup;

  /** What each server answered, second by second, as it counts it; a rollout reads the newest of it. */
  readonly seconds: aws.cloudwatch.LogGroup;

  constructor(name: string, args: LogsArgs, opts?: pulumi.ComponentResourceOptions) {
    super("rollout:infra:Logs", name, {}, opts);
    const group = (what: string) =>
      new aws.cloudwatch.LogGroup(
        `${name}-${what}`,
        { name: `/rollout/${name}/${what}`, retentionInDays: args.retentionDays },
        { parent: this },
      );
    this.app = group("app");
    this.nginx = group("nginx");
    this.system = group("system");
    this.seconds = group("seconds");
    this.registerOutputs({
      app: this.app.name,
      nginx: this.nginx.name,
      system: this.system.name,
      seconds: this.seconds.name,
    });
  }
}
