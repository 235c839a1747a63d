import { readFileSync } from "node:fs";
import { beforeAll, expect, test } from "vitest";
import { controllerCode } from "../../../infra/controller/code.ts";
import { sdkCalls } from "../pipeline/rollout-calls.ts";
import { type Allowed, ARN, GROUPS, LISTENER, REACH, statementsOf } from "./reach.ts";

// What the role may do against what the code calls: of the modules that are in the zip, whatever folder they come from.

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

let statements: Allowed[];
let called: string[];
beforeAll(async () => {
  const { modules } = await controllerCode();
  const own = modules.filter((path) => !path.includes("node_modules"));
  called = sdkCalls(own.map((path) => readFileSync(path, "utf8"))).map(([action]) => action);
  statements = await statementsOf();
});

test("it may do what its code calls, and nothing else", () => {
  const allowed = new Set(statements.flatMap(({ Action }) => Action));
  expect([...allowed, ...NOT_ITS].toSorted()).toEqual([...new Set([...called, ...BESIDES])].toSorted());
});

test.each([
  ["elasticloadbalancing:ModifyListener", LISTENER, LISTENER.replace(/2$/, "3")],
  [
    "elasticloadbalancing:ModifyRule",
    `${LISTENER.replace(":listener/", ":listener-rule/")}/5`,
    `${LISTENER.replace(":listener/", ":listener-rule/").replace(/2$/, "3")}/5`,
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
    `${ARN}:ssm:us-east-1:111122223333:document/beta-release-1`,
    `${ARN}:ssm:us-east-1::document/AWS-RunShellScript`,
  ],
  [
    "ssm:PutParameter",
    `${ARN}:ssm:us-east-1:111122223333:parameter/rollout/beta/stable`,
    `${ARN}:ssm:us-east-1:111122223333:parameter/rollout/prod/stable`,
  ],
  ["logs:FilterLogEvents", `${REACH.secondsArn}:*`, `${REACH.secondsArn.replace("seconds", "app")}:*`],
  ["logs:PutLogEvents", `${REACH.logArn}:log-stream:1`, `${REACH.secondsArn}:log-stream:1`],
])("%s: its own, and no other's", (action, own, other) => {
  expect(allows(action, own)).toBe(true);
  expect(allows(action, other)).toBe(false);
});

test("only what knows no narrower resource is allowed on all", () => {
  // What is told as a metric is held by its namespace.
  const named = { StringEquals: { "cloudwatch:namespace": "Rollout/Weights" } };
  expect(statements.find(isTelling)).toMatchObject({ Condition: named });
  const wide = statements
    .filter((each) => each.Resource === "*" && !isTelling(each))
    .flatMap(({ Action }) => Action);
  expect(wide.filter((each) => !/:(Describe|GetMetricData$)/.test(each))).toEqual([]);
});

function isTelling({ Action }: Allowed): boolean {
  return Action.includes("cloudwatch:PutMetricData");
}

function allows(action: string, resource: string): boolean {
  return statements.some(
    ({ Action, Resource }) =>
      Action.includes(action) &&
      [Resource].flat().some((each) => new RegExp(`^${each.replaceAll("*", ".*")}$`).test(resource)),
  );
}
