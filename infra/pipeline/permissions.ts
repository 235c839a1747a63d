import { first, nth } from "../sure.ts";
import { WEIGHT_METRIC } from "../watch/weight-metric.ts";
import { BY_REGION, NEVER_READ, READ } from "./actions.ts";

/** A statement of an identity's policy. */
export interface Statement {
  Sid: string;
  Effect: "Allow" | "Deny";
  Action: string[];
  Resource: string | string[];
  Condition?: Record<string, Record<string, string | string[]>>;
}

/** What holds a stack's parts by name: Pulumi's autonaming starts each name with the stack's. */
interface Scope {
  stack: string;
  region: string;
}

const SERVER_IMAGES = "arn:aws:ssm:*:*:parameter/aws/service/canonical/*";

export function mayRead({ stack }: Scope): Statement[] {
  return [
    allow("Describe", READ, "*"),
    allow(
      "DescribeBuckets",
      ["s3:GetBucket*", "s3:Get*Configuration", "s3:ListBucket", "s3:ListTagsForResource"],
      `arn:aws:s3:::${stack}-*`,
    ),
    allow(
      "DescribeServerFiles",
      ["s3:GetObject", "s3:GetObjectTagging", "s3:GetObjectVersion"],
      `arn:aws:s3:::${stack}-servers-*/*`,
    ),
    // The one permission to read budgets, whatever the API calls it.
    allow("DescribeBudgets", ["budgets:ViewBudget"], `arn:aws:budgets::*:budget/${stack}-*`),
    // Pulumi compares a secret's value with its state, which holds it too; only the stack's own.
    allow(
      "DescribeSecrets",
      ["secretsmanager:DescribeSecret", "secretsmanager:GetResourcePolicy", "secretsmanager:GetSecretValue"],
      `arn:aws:secretsmanager:*:*:secret:${stack}-*`,
    ),
    // Which version of a secret is current that is kept elsewhere (`app.secrets.NAME.from`), and nothing of its text.
    allow("SecretVersions", ["secretsmanager:ListSecretVersionIds"], "*"),
    // A pinned `server.release` is looked up at each run.
    allow("ReadImages", ["ssm:GetParameter"], SERVER_IMAGES),
    allow(
      "DescribeDocuments",
      ["DescribeDocument", "DescribeDocumentPermission", "GetDocument", "ListTagsForResource"].map(
        (each) => `ssm:${each}`,
      ),
      `arn:aws:ssm:*:*:document/${stack}-*`,
    ),
    allow(
      "DescribeFollowed",
      ["ssm:GetParameter", "ssm:GetParameters", "ssm:ListTagsForResource"],
      followedIn(stack),
    ),
    allow(
      "DescribeJobQueues",
      ["sqs:GetQueueAttributes", "sqs:GetQueueUrl", "sqs:ListQueueTags"],
      queuesOf(stack),
    ),
    allow(
      "DescribeController",
      [
        "GetFunction",
        "GetFunctionCodeSigningConfig",
        "GetFunctionEventInvokeConfig",
        "ListTags",
        "ListVersionsByFunction",
      ].map((each) => `lambda:${each}`),
      controllerOf(stack),
    ),
    { Sid: "NoContents", Effect: "Deny", Action: NEVER_READ, Resource: "*" },
  ];
}

/**
 * What `pulumi up` and `rollout run` of a stack do besides reading. Databases, caches, vaults, keys and balancers can't
 * be deleted with it: that is a person's, by hand.
 */
export function mayDeploy({ stack, region }: Scope): Statement[] {
  const named = (service: string, kind: string) => `arn:aws:${service}:*:*:${kind}${stack}-*`;
  return [
    ...Object.entries(BY_REGION).map(([service, verbs]) => ({
      ...allow(
        `Manage${nth(service, 0).toUpperCase()}${service.slice(1)}`,
        verbs.map((verb) => `${service}:${verb}`),
        "*",
      ),
      Condition: { StringEquals: { "aws:RequestedRegion": region } },
    })),
    allow("Names", ["route53:ChangeResourceRecordSets"], "arn:aws:route53:::hostedzone/*"),
    allow(
      "Budgets",
      ["budgets:ModifyBudget", "budgets:TagResource", "budgets:UntagResource", "budgets:ViewBudget"],
      named("budgets", "budget/"),
    ),
    allow(
      "Buckets",
      [
        "CreateBucket",
        "DeleteBucketPolicy",
        "PutBucketOwnershipControls",
        "PutBucketPolicy",
        "PutBucketPublicAccessBlock",
        "PutBucketTagging",
        "PutBucketVersioning",
        "PutEncryptionConfiguration",
        "PutLifecycleConfiguration",
        "TagResource",
        "UntagResource",
      ].map((each) => `s3:${each}`),
      `arn:aws:s3:::${stack}-*`,
    ),
    // What the servers get, of which Pulumi keeps the last version only: S3 has the others.
    allow(
      "ServerFiles",
      ["DeleteObject", "DeleteObjectVersion", "PutObject", "PutObjectTagging"].map((each) => `s3:${each}`),
      `arn:aws:s3:::${stack}-servers-*/*`,
    ),
    allow("ServerFilesList", ["s3:ListBucketVersions"], `arn:aws:s3:::${stack}-servers-*`),
    allow("Journal", ["s3:GetObject", "s3:PutObject"], `arn:aws:s3:::${stack}-journal-*/*`),
    ...mayTell({ stack, region }),
    // No narrower resource: CloudWatch User Guide, "Using condition keys to limit access to CloudWatch namespaces".
    {
      ...allow("ShowWeights", ["cloudwatch:PutMetricData"], "*"),
      Condition: { StringEquals: { "cloudwatch:namespace": WEIGHT_METRIC.namespace } },
    },
    // What the gates judge by; the other logs are for people.
    allow(
      "ReadSeconds",
      ["logs:FilterLogEvents"],
      ["", ":*"].map((of) => `arn:aws:logs:${region}:*:log-group:/rollout/${stack}/seconds${of}`),
    ),
    allow(
      "Secrets",
      [
        "secretsmanager:CreateSecret",
        "secretsmanager:PutSecretValue",
        "secretsmanager:TagResource",
        "secretsmanager:UntagResource",
        "secretsmanager:UpdateSecret",
        "secretsmanager:DeleteSecret",
        "secretsmanager:GetResourcePolicy",
      ],
      named("secretsmanager", "secret:"),
    ),
    allow(
      "Logs",
      [
        "logs:CreateLogGroup",
        "logs:DeleteRetentionPolicy",
        "logs:PutRetentionPolicy",
        "logs:TagResource",
        "logs:UntagResource",
      ],
      [`/rollout/${stack}`, `/aws/rds/instance/${stack}-database`].map(
        (folder) => `arn:aws:logs:*:*:log-group:${folder}/*`,
      ),
    ),
    ...mayRunProcesses(stack),
    allow(
      "Controller",
      [
        "CreateFunction",
        "DeleteFunction",
        "DeleteFunctionEventInvokeConfig",
        "PutFunctionEventInvokeConfig",
        "TagResource",
        "UntagResource",
        "UpdateFunctionCode",
        "UpdateFunctionConfiguration",
        "UpdateFunctionEventInvokeConfig",
      ].map((each) => `lambda:${each}`),
      controllerOf(stack),
    ),
    // Who starts servers must be able to read which image they start from.
    allow("ServerImages", ["ssm:GetParameters"], SERVER_IMAGES),
    ...mayRelease({ stack, region }),
    ...mayManageRoles(stack),
  ];
}

/**
 * What a person's own commands need besides. `rollout check` reads the account's quotas. `rollout drill restore`
 * makes a copy of the database and deletes it, `rollout upgrade-database` a new instance; `logs`, `exec`, `console` and `ps` visit what runs. No role of the pipeline has
 * this, but that of those on call (operators.ts), beside what deploys.
 *
 * The live database can't be deleted with it. But who is in a session of Session Manager is root on the server.
 */
export function mayOperate({ stack, region }: Scope): Statement[] {
  return [
    allow("Quotas", ["servicequotas:ListServiceQuotas"], "*"),
    {
      ...allow("MakeCopy", ["backup:StartRestoreJob", "rds:RestoreDBInstanceToPointInTime"], "*"),
      Condition: { StringEquals: { "aws:RequestedRegion": region } },
    },
    ...mayVisit({ stack, region }),
    // A copy is named after the live one and the drill; the new instance of an upgrade by RDS.
    allow(
      "DeleteCopy",
      ["rds:DeleteDBInstance"],
      ["drill", "green"].map((kind) => `arn:aws:rds:${region}:*:db:${stack}-*-${kind}-*`),
    ),
    // With what RDS asks of the caller besides (RDS User Guide, "Authorizing access to Amazon RDS blue/green deployment operations").
    allow(
      "UpgradeDatabase",
      [
        "CreateBlueGreenDeployment",
        "CreateDBInstanceReadReplica",
        "DeleteBlueGreenDeployment",
        "PromoteReadReplica",
        "SwitchoverBlueGreenDeployment",
      ].map((each) => `rds:${each}`),
      ["db", "pg", "subgrp"]
        .map((kind) => `arn:aws:rds:${region}:*:${kind}:${stack}-*`)
        .concat(`arn:aws:rds:${region}:*:deployment:*`),
    ),
  ];
}

/** What says which track runs the app's processes, and where its jobs are when they are due. */
function mayRunProcesses(stack: string): Statement[] {
  return [
    allow(
      "Followed",
      ["AddTagsToResource", "DeleteParameter", "PutParameter", "RemoveTagsFromResource"].map(
        (each) => `ssm:${each}`,
      ),
      followedIn(stack),
    ),
    allow(
      "JobQueues",
      ["CreateQueue", "DeleteQueue", "SetQueueAttributes", "TagQueue", "UntagQueue"].map(
        (each) => `sqs:${each}`,
      ),
      queuesOf(stack),
    ),
  ];
}

function followedIn(stack: string): string {
  return `arn:aws:ssm:*:*:parameter/rollout/${stack}/*`;
}

function controllerOf(stack: string): string {
  return `arn:aws:lambda:*:*:function:${stack}-controller-*`;
}

function queuesOf(stack: string): string {
  return `arn:aws:sqs:*:*:${stack}-job-*`;
}

/**
 * The servers' logs, and sessions with the stack's own servers, each for one command (Systems Manager User Guide, "Start a
 * session with a document by specifying the session documents in IAM policies", "Allow a user to end only sessions they
 * started").
 */
function mayVisit({ stack, region }: Scope): Statement[] {
  const named = { BoolIfExists: { "ssm:SessionDocumentAccessCheck": "true" } };
  return [
    allow("ReadLogs", ["logs:FilterLogEvents"], `arn:aws:logs:${region}:*:log-group:/rollout/${stack}/*`),
    {
      ...allow("Session", ["ssm:StartSession"], `arn:aws:ec2:${region}:*:instance/*`),
      Condition: { ...named, StringEquals: { "ssm:resourceTag/stack": stack } },
    },
    {
      ...allow(
        "SessionDocument",
        ["ssm:StartSession"],
        `arn:aws:ssm:${region}::document/AWS-StartInteractiveCommand`,
      ),
      Condition: named,
    },
    allow(
      "OwnSessions",
      ["ssm:ResumeSession", "ssm:TerminateSession"],
      // biome-ignore lint/suspicious/noTemplateCurlyInString: IAM fills in who it is
      "arn:aws:ssm:*:*:session/${aws:userid}-*",
    ),
  ];
}

/**
 * The stack's own document goes to its servers, which then let go of open connections; and a migration is run on one of them, by a
 * script. Who may do either may have the servers run anything; but so may who changes their launch templates.
 */
function mayRelease({ stack, region }: Scope): Statement[] {
  const document = `arn:aws:ssm:${region}:*:document/${stack}-*`;
  return [
    allow(
      "Release",
      [
        "AddTagsToResource",
        "CreateDocument",
        "DeleteDocument",
        "RemoveTagsFromResource",
        "SendCommand",
        "UpdateDocument",
        "UpdateDocumentDefaultVersion",
      ].map((each) => `ssm:${each}`),
      document,
    ),
    {
      ...allow("ReleaseOnServers", ["ssm:SendCommand"], `arn:aws:ec2:${region}:*:instance/*`),
      Condition: { StringEquals: { "ssm:resourceTag/stack": stack } },
    },
    allow("RunScript", ["ssm:SendCommand"], `arn:aws:ssm:${region}::document/AWS-RunShellScript`),
    // No narrower resource: Service Authorization Reference, AWS Systems Manager.
    {
      ...allow("FollowScript", ["ssm:GetCommandInvocation"], "*"),
      Condition: { StringEquals: { "aws:RequestedRegion": region } },
    },
  ];
}

/**
 * A rollout's notices go to the stack's topics, which are encrypted: who publishes asks for the key, through SNS alone. So
 * does who makes a vault, through AWS Backup.
 */
function mayTell({ stack, region }: Scope): Statement[] {
  return [
    allow("Notices", ["sns:Publish"], `arn:aws:sns:*:*:${stack}-*`),
    {
      ...allow("NoticesKey", ["kms:Decrypt", "kms:GenerateDataKey*"], "*"),
      Condition: {
        StringEquals: {
          "kms:ViaService": ["backup", "sns"].map((each) => `${each}.${region}.amazonaws.com`),
        },
      },
    },
  ];
}

/**
 * The program's own roles; not the one that it runs with. It could give those roles more than they need: what guards
 * that is the review of the change, the policies, and the approval of the environment.
 */
function mayManageRoles(stack: string): Statement[] {
  const own = [`arn:aws:iam::*:role/${stack}-*`, `arn:aws:iam::*:instance-profile/${stack}-*`];
  const services = ["appconfig", "backup", "ec2", "lambda", "monitoring.rds", "scheduler", "vpc-flow-logs"];
  return [
    allow(
      "Roles",
      [
        "AddRoleToInstanceProfile",
        "AttachRolePolicy",
        "CreateInstanceProfile",
        "CreateRole",
        "DeleteInstanceProfile",
        "DeleteRole",
        "DeleteRolePolicy",
        "DetachRolePolicy",
        "PutRolePolicy",
        "RemoveRoleFromInstanceProfile",
        "TagInstanceProfile",
        "TagRole",
        "UntagRole",
        "UpdateAssumeRolePolicy",
        "UpdateRole",
        "UpdateRoleDescription",
      ].map((each) => `iam:${each}`),
      own,
    ),
    // An account's first group, balancer, database, cache or backup brings the role that its service works with.
    {
      ...allow("ServiceRoles", ["iam:CreateServiceLinkedRole"], "arn:aws:iam::*:role/aws-service-role/*"),
      Condition: {
        StringEquals: { "iam:AWSServiceName": SERVICE_ROLES.map((each) => `${each}.amazonaws.com`) },
      },
    },
    ...services.map((service) => ({
      ...allow(`Pass${service.replaceAll(/[^a-z0-9]/g, "")}`, ["iam:PassRole"], first(own)),
      Condition: { StringEquals: { "iam:PassedToService": `${service}.amazonaws.com` } },
    })),
    {
      Sid: "NotItself",
      Effect: "Deny",
      Action: [
        "iam:Add*",
        "iam:Attach*",
        "iam:Create*",
        "iam:Delete*",
        "iam:Detach*",
        "iam:PassRole",
        "iam:Put*",
        "iam:Tag*",
        "iam:Untag*",
        "iam:Update*",
      ],
      Resource: ["pipeline", "operators"].map((who) => `arn:aws:iam::*:role/${stack}-${who}*`),
    },
  ];
}

const SERVICE_ROLES = [
  "autoscaling",
  "backup",
  "elasticache",
  "elasticloadbalancing",
  "rds",
  "restore-testing.backup",
];

/** Pulumi's state and the key of its secrets, where they are in the account. */
export function mayUseState(
  { stateBucket, secretsKey }: { stateBucket?: string; secretsKey?: string },
  change: boolean,
): Statement[] {
  const objects = change ? ["s3:DeleteObject", "s3:GetObject", "s3:PutObject"] : ["s3:GetObject"];
  return [
    ...(stateBucket ? [allow("State", objects, `arn:aws:s3:::${stateBucket}/*`)] : []),
    ...(stateBucket
      ? [allow("StateList", ["s3:GetBucketLocation", "s3:ListBucket"], `arn:aws:s3:::${stateBucket}`)]
      : []),
    ...(secretsKey
      ? [allow("StateSecrets", ["kms:Decrypt", ...(change ? ["kms:Encrypt"] : [])], secretsKey)]
      : []),
  ];
}

function allow(Sid: string, Action: string[], Resource: string | string[]): Statement {
  return { Sid, Effect: "Allow", Action: Action.toSorted(), Resource };
}
