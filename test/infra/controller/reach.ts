import * as pulumi from "@pulumi/pulumi";
import { mayControl } from "../../../infra/controller/permissions.ts";

export const ARN = "arn:aws";
export const LISTENER = `${ARN}:elasticloadbalancing:us-east-1:111122223333:listener/app/beta-alb-1/50dc6c495c0c9188/f2f7dc8efc522ab2`;
export const GROUPS = ["blue", "green"].map(
  (track) =>
    `${ARN}:autoscaling:us-east-1:111122223333:autoScalingGroup:0:autoScalingGroupName/beta-${track}-1`,
);
export const REACH = {
  stack: "beta",
  region: "us-east-1",
  journal: "beta-journal-1",
  listenerArn: LISTENER,
  groupArns: GROUPS,
  topicArns: ["p1", "p2", "p3", "p4"].map((each) => `${ARN}:sns:us-east-1:111122223333:beta-${each}-1`),
  topicsKeyArn: `${ARN}:kms:us-east-1:111122223333:key/1`,
  operatorTokenArn: `${ARN}:secretsmanager:us-east-1:111122223333:secret:beta-operator-token-1`,
  secondsArn: `${ARN}:logs:us-east-1:111122223333:log-group:/rollout/beta/seconds`,
  logArn: `${ARN}:logs:us-east-1:111122223333:log-group:/rollout/beta/controller`,
  releaseDocument: "beta-release-1",
  follows: ["stable", "traffic"] as const,
};

export interface Allowed {
  Action: string[];
  Resource: string | string[];
  Condition?: object;
}

/** As the role has them. */
export async function statementsOf(): Promise<Allowed[]> {
  const text = await new Promise<string>((done) => {
    pulumi.jsonStringify(mayControl(REACH)).apply(done);
  });
  return JSON.parse(text);
}
