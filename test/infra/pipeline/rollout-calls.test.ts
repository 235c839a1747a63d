import { expect, test } from "vitest";
import { mayDeploy, mayOperate, mayRead, type Statement } from "../../../infra/pipeline/permissions.ts";
import { calls, sources } from "./rollout-calls.ts";

/** What `rollout run`, `shift`, `promote`, `rollback`, `flags` and their like call, in a workflow or by hand. */
const DEPLOYING = ["rollout/cli", "rollout/notify", "rollout/phases", "rollout/platforms/aws"];
/** What only a person's commands call: `check`, `digest`, `doctor`, `incident`, `postmortem`, `drill restore`, `logs`, `exec`. */
const OPERATING = ["check", "digest", "doctor", "drill", "restore", "upgrade-database", "visit"].map(
  (part) => `rollout/${part}`,
);
/** What AWS's CLI and its plugin call for a session that `exec` and `console` open. */
const SESSIONS = ["ssm:ResumeSession", "ssm:StartSession", "ssm:TerminateSession"];
/** What RDS asks of who makes a blue/green deployment and lets it switch over ("Authorizing access ..."). */
const BY_RDS = ["rds:CreateDBInstanceReadReplica", "rds:PromoteReadReplica"];
/** What only an administrator's calls: no role of ours may delete a stack. */
const REMOVING = ["rollout/teardown"];
/** What plays AWS on this machine is asked by AWS's clients, too. */
const REHEARSING = ["rollout/platforms/rehearsal"];

/** What a rollout sends to servers: the stack's own document, and the script of a migration. */
const RELEASE = "arn:aws:ssm:us-east-1:1:document/beta-release-1";
const SCRIPT = "arn:aws:ssm:us-east-1::document/AWS-RunShellScript";
/** Of the logs it reads what the servers count by the second, and only a person reads the others. */
const SECONDS = "arn:aws:logs:us-east-1:1:log-group:/rollout/beta/seconds";
/** What a controller that only steers tells the servers to follow. */
const FOLLOWED = "arn:aws:ssm:us-east-1:1:parameter/rollout/beta/stable";
const OWN: Record<string, string> = {
  "ssm:SendCommand": RELEASE,
  "ssm:PutParameter": FOLLOWED,
  "logs:FilterLogEvents": SECONDS,
};

/** What follows from a call besides its own permission (each service's "Actions, resources, and condition keys"). */
const ALSO = [
  // A missing object is told as missing only to who may list the bucket; to others it is forbidden, and no journal begins.
  ["s3:ListBucket", "arn:aws:s3:::beta-journal-1"],
  ["ssm:SendCommand", "arn:aws:ec2:us-east-1:1:instance/i-1"],
  ["ssm:SendCommand", SCRIPT],
  ["iam:PassRole", "arn:aws:iam::1:role/beta-backups-1"],
  ["backup:TagResource", "arn:aws:backup:us-east-1:1:recovery-point:1"],
  ["kms:GenerateDataKey", "arn:aws:kms:us-east-1:1:key/1"],
  ["kms:Decrypt", "arn:aws:kms:us-east-1:1:key/1"],
] as const;

const scope = { stack: "beta", region: "us-east-1" };
const deploying = [...mayRead(scope), ...mayDeploy(scope)];
const operating = [...deploying, ...mayOperate(scope)];

test("who deploys may do all that a rollout asks of AWS, with the stack's own things", () => {
  const asked = calls(DEPLOYING).map(([action, resource]): [string, string] => [
    action,
    OWN[action] ?? resource,
  ]);
  expect(asked.map(([action]) => action)).toEqual(
    expect.arrayContaining(["elasticloadbalancing:ModifyListener", "s3:PutObject", "sns:Publish"]),
  );
  const refused = [...asked, ...ALSO].filter(([action, resource]) => !allows(deploying, action, resource));
  expect(refused).toEqual([]);
});

test("who operates may do all that a person's commands ask besides, and that is no more than they ask", () => {
  const asked = calls(OPERATING);
  const refused = [...asked, ...ALSO].filter(([action, resource]) => !allows(operating, action, resource));
  expect(refused).toEqual([]);
  const lacking = asked.filter(([action, resource]) => !allows(deploying, action, resource));
  expect([...new Set(mayOperate(scope).flatMap(({ Action }) => Action))].toSorted()).toEqual(
    [...lacking.map(([action]) => action), ...SESSIONS, ...BY_RDS].toSorted(),
  );
});

test("nobody deletes the live database with it, and a workflow not even a copy", () => {
  const live = "arn:aws:rds:us-east-1:1:db:beta-database-1";
  expect(allows(operating, "rds:DeleteDBInstance", live)).toBe(false);
  expect(allows(deploying, "rds:DeleteDBInstance", `${live}-drill-20260301120000`)).toBe(false);
});

test("no other part of the command calls AWS", () => {
  const others = sources
    .filter(([, text]) => text.includes('"@aws-sdk/'))
    .map(([path]) => path)
    .filter(
      (path) =>
        ![...DEPLOYING, ...OPERATING, ...REMOVING, ...REHEARSING].some((folder) =>
          path.startsWith(`${folder}/`),
        ),
    );
  expect(others).toEqual([]);
});

test("and not with another stack's journal, secrets or topics", () => {
  for (const [action, resource] of [
    ["s3:PutObject", "arn:aws:s3:::prod-journal-1/prod/journal.jsonl"],
    ["secretsmanager:GetSecretValue", "arn:aws:secretsmanager:us-east-1:1:secret:prod-operator-token-1"],
    ["sns:Publish", "arn:aws:sns:us-east-1:1:prod-p1-1"],
  ] as const) {
    expect([action, allows(deploying, action, resource)]).toEqual([action, false]);
  }
});

function allows(statements: Statement[], action: string, resource: string): boolean {
  const about = statements.filter(
    ({ Action, Resource }) =>
      Action.some((each) => matches(each, action)) &&
      [Resource].flat().some((each) => matches(each, resource)),
  );
  return about.length > 0 && about.every(({ Effect }) => Effect === "Allow");
}

function matches(pattern: string, text: string): boolean {
  return new RegExp(`^${pattern.replaceAll("*", ".*")}$`).test(text);
}
