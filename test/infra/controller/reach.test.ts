import { readFileSync } from "node:fs";
import * as pulumi from "@pulumi/pulumi";
import { beforeAll, expect, test } from "vitest";
import { controllerCode } from "../../../infra/controller/code.ts";
import { mayControl } from "../../../infra/controller/permissions.ts";
import { sdkCalls } from "../pipeline/rollout-calls.ts";

// What the role may do against what the code calls: of the modules that are in the zip, whatever folder they come from.

const ARN = "arn:aws";
const LISTENER = `${ARN}:elasticloadbalancing:us-east-1:1:listener/app/beta-alb-1/2/3`;
const GROUPS = ["blue", "green"].map(
  (track) => `${ARN}:autoscaling:us-east-1:1:autoScalingGroup:0:autoScalingGroupName/beta-${track}-1`,
);
const REACH = {
  stack: "beta",
  region: "us-east-1",
  journal: "beta-journal-1",
  listenerArn: LISTENER,
  groupArns: GROUPS,
  topicArns: ["p1", "p2", "p3", "p4"].map((each) => `${ARN}:sns:us-east-1:1:beta-${each}-1`),
  topicsKeyArn: `${ARN}:kms:us-east-1:1:key/1`,
  operatorTokenArn: `${ARN}:secretsmanager:us-east-1:1:secret:beta-operator-token-1`,
  secondsArn: `${ARN}:logs:us-east-1:1:log-group:/rollout/beta/seconds`,
  logArn: `${ARN}:logs:us-east-1:1:log-group:/rollout/beta/controller`,
  releaseDocument: "beta-release-1",
  follows: ["stable", "traffic"] as const,
};

/** What is in the zip and is done before it is handed over, or after: by who deploys. */
const NOT_ITS = [
  // A candidate's deployment (rollout/platforms/aws/replacement.ts).
  "autoscaling:DescribeInstanceRefreshes",
  "autoscaling:StartInstanceRefresh",
  // A migration and its contraction (rollout/platforms/aws/run-command.ts).
  "ssm:GetCommandInvocation",
];

/** What AWS asks for besides: a missing object, an encrypted topic, and its own log (Lambda Developer Guide, "Execution role"). */
const BESIDES = [
  "kms:Decrypt",
  "kms:GenerateDataKey",
  "logs:CreateLogStream",
  "logs:PutLogEvents",
  "s3:ListBucket",
];

let statements: { Action: string[]; Resource: string | string[]; Condition?: object }[];
let called: string[];
beforeAll(async () => {
  const { modules } = await controllerCode();
  const own = modules.filter((path) => !path.includes("node_modules"));
  called = sdkCalls(own.map((path) => readFileSync(path, "utf8"))).map(([action]) => action);
  statements = JSON.parse(
    await new Promise((done) => pulumi.jsonStringify(mayControl(REACH)).apply((text) => done(text))),
  );
});

test("it may do what its code calls, and nothing else", () => {
  const allowed = new Set(statements.flatMap(({ Action }) => Action));
  expect([...allowed, ...NOT_ITS].toSorted()).toEqual([...new Set([...called, ...BESIDES])].toSorted());
});

test.each([
  ["elasticloadbalancing:ModifyListener", LISTENER, LISTENER.replace("/3", "/4")],
  [
    "elasticloadbalancing:ModifyRule",
    `${LISTENER.replace(":listener/", ":listener-rule/")}/5`,
    `${LISTENER.replace(":listener/", ":listener-rule/").replace("/3", "/4")}/5`,
  ],
  ["autoscaling:UpdateAutoScalingGroup", GROUPS[1]!, GROUPS[1]!.replace("beta", "prod")],
  [
    "s3:PutObject",
    `${ARN}:s3:::beta-journal-1/beta/journal.jsonl`,
    `${ARN}:s3:::beta-journal-1/prod/journal.jsonl`,
  ],
  ["s3:GetObject", `${ARN}:s3:::beta-journal-1/beta/handed.json`, `${ARN}:s3:::beta-servers-1/blue.yaml`],
  [
    "secretsmanager:GetSecretValue",
    REACH.operatorTokenArn,
    REACH.operatorTokenArn.replace("operator-token", "secret-key"),
  ],
  ["sns:Publish", REACH.topicArns[0]!, REACH.topicArns[0]!.replace("beta", "prod")],
  [
    "ssm:SendCommand",
    `${ARN}:ssm:us-east-1:1:document/beta-release-1`,
    `${ARN}:ssm:us-east-1::document/AWS-RunShellScript`,
  ],
  [
    "ssm:PutParameter",
    `${ARN}:ssm:us-east-1:1:parameter/rollout/beta/stable`,
    `${ARN}:ssm:us-east-1:1:parameter/rollout/prod/stable`,
  ],
  ["logs:FilterLogEvents", `${REACH.secondsArn}:*`, `${REACH.secondsArn.replace("seconds", "app")}:*`],
  ["logs:PutLogEvents", `${REACH.logArn}:log-stream:1`, `${REACH.secondsArn}:log-stream:1`],
])("%s: its own, and no other's", (action, own, other) => {
  expect(allows(action, own)).toBe(true);
  expect(allows(action, other)).toBe(false);
});

test("only what knows no narrower resource is allowed on all", () => {
  const wide = statements.filter(({ Resource }) => Resource === "*").flatMap(({ Action }) => Action);
  expect(wide.filter((each) => !/:(Describe|GetMetricData$)/.test(each))).toEqual([]);
});

function allows(action: string, resource: string): boolean {
  return statements.some(
    ({ Action, Resource }) =>
      Action.includes(action) &&
      [Resource].flat().some((each) => new RegExp(`^${each.replaceAll("*", ".*")}$`).test(resource)),
  );
}
