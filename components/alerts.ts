import * as pulumi from "@pulumi/pulumi";
import { Alerts as Topics } from "../infra/watch/alerts.ts";
import { refuse, settle } from "./settle.ts";

export interface AlertsArgs {
  /** Who is told of everything: e-mail addresses, one at least. Each gets a message first that asks to confirm. */
  email: string[];
  /** Who is told of P1 by SMS: phone numbers such as `+34600000000`. */
  sms?: string[];
}

/** An encrypted SNS topic for each severity, and who hears of it: P1 is answered within 30 minutes, P2 within 2 hours, P3 within a day, P4 at the weekly review. */
export class Alerts extends pulumi.ComponentResource {
  /** The topic for what is to be answered within 30 minutes. */
  readonly p1: pulumi.Output<string>;
  /** The topic for what is to be answered within 2 hours. */
  readonly p2: pulumi.Output<string>;
  /** The topic for what is to be answered within a day. */
  readonly p3: pulumi.Output<string>;
  /** The topic for what is looked at weekly. */
  readonly p4: pulumi.Output<string>;
  /** The key that the topics are encrypted with: whoever publishes needs it. */
  readonly keyArn: pulumi.Output<string>;

  constructor(name: string, args: AlertsArgs, opts?: pulumi.ComponentResourceOptions) {
    if (args.email.length === 0) refuse(name, [{ path: "email", rule: "must name somebody" }]);
    const { operators } = settle(name, ANY_REGION, { operators: { ...args } }, (path) =>
      path.replace(/^operators\./, ""),
    );
    super("rollout:index:Alerts", name, {}, opts);
    const topics = new Topics(name, operators, { parent: this });
    this.p1 = topics.topicArns.P1;
    this.p2 = topics.topicArns.P2;
    this.p3 = topics.topicArns.P3;
    this.p4 = topics.topicArns.P4;
    this.keyArn = topics.keyArn;
    const { p1, p2, p3, p4, keyArn } = this;
    this.registerOutputs({ p1, p2, p3, p4, keyArn });
  }
}

/** Nothing of a topic depends on the region. */
const ANY_REGION = "us-east-1";
