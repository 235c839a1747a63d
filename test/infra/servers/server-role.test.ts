import { expect, it } from "vitest";
import { ServerRole } from "../../../infra/servers/server-role.ts";
import { record } from "../../support/mocks.ts";

interface Statement {
  Effect: string;
  Action: string[];
  Resource: string | string[];
  Condition?: unknown;
}

/** For these AWS knows no narrower resource, or (metrics) only a condition narrows them. */
const ANYWHERE = [
  "autoscaling:DescribeAutoScalingInstances",
  "cloudwatch:PutMetricData",
  "ec2:DescribeTags",
  "ecr:GetAuthorizationToken",
  "ec2messages:AcknowledgeMessage",
  "ec2messages:DeleteMessage",
  "ec2messages:FailMessage",
  "ec2messages:GetEndpoint",
  "ec2messages:GetMessages",
  "ec2messages:SendReply",
  "ssm:UpdateInstanceInformation",
  "ssmmessages:CreateControlChannel",
  "ssmmessages:CreateDataChannel",
  "ssmmessages:OpenControlChannel",
  "ssmmessages:OpenDataChannel",
];

async function statements(more: { assetsArn?: string } = {}): Promise<Statement[]> {
  const recording = await record(() => {
    new ServerRole("beta", {
      secretArns: ["arn:secret"],
      secretKeyArns: ["arn:key"],
      repositoryArn: "arn:repository",
      otherRepositoryArns: ["arn:other"],
      logGroupArns: ["arn:logs"],
      filesArn: "arn:files",
      ...more,
    });
  });
  return recording
    .of("aws:iam/rolePolicy:RolePolicy")
    .flatMap(({ inputs }) => JSON.parse(inputs.policy).Statement);
}

it("allows nothing everywhere but what AWS can't narrow", async () => {
  const all = await statements();
  expect(all.length).toBeGreaterThan(5);
  for (const { Effect, Action, Resource } of all) {
    expect(Effect).toBe("Allow");
    for (const action of Action) expect(action).toMatch(/^[a-z0-9]+:[A-Z][A-Za-z]+$/);
    if ([Resource].flat().includes("*")) {
      expect(ANYWHERE).toEqual(expect.arrayContaining(Action));
    }
  }
});

it("ties figures to the agent's namespace", async () => {
  const metrics = (await statements()).find(({ Action }) => Action.includes("cloudwatch:PutMetricData"))!;
  expect(metrics.Condition).toEqual({ StringEquals: { "cloudwatch:namespace": "CWAgent" } });
});

it("reads its own secrets and images, writes its own logs, speaks for its own stack's groups", async () => {
  const all = await statements();
  const resourceOf = (action: string) => all.find(({ Action }) => Action.includes(action))?.Resource;
  expect(resourceOf("secretsmanager:GetSecretValue")).toEqual(["arn:secret"]);
  expect(all.find(({ Action }) => Action.includes("kms:Decrypt"))).toEqual({
    Effect: "Allow",
    Action: ["kms:Decrypt"],
    Resource: ["arn:key"],
    Condition: { StringLike: { "kms:ViaService": "secretsmanager.*.amazonaws.com" } },
  });
  expect(resourceOf("ecr:BatchGetImage")).toEqual(["arn:repository", "arn:other"]);
  expect(resourceOf("logs:PutLogEvents")).toEqual(["arn:logs", "arn:logs:*"]);
  expect(resourceOf("autoscaling:CompleteLifecycleAction")).toMatch(/autoScalingGroupName\/beta-\*$/);
});

it("gives the app a role of its own, which the servers alone take", async () => {
  const recording = await record(() => {
    const app = {
      bucketArns: ["arn:aws:s3:::b"],
      permissions: [{ actions: ["ses:SendEmail"], resources: ["*"] }],
    };
    new ServerRole("beta", {
      secretArns: ["arn:secret"],
      secretKeyArns: [],
      logGroupArns: ["arn:logs"],
      filesArn: "arn:files",
      app,
    });
  });
  const trust = JSON.parse(recording.one("aws:iam/role:Role", "beta-app").inputs.assumeRolePolicy);
  expect(trust.Statement).toEqual([
    { Effect: "Allow", Action: "sts:AssumeRole", Principal: { AWS: "${beta-server.arn}" } },
  ]);
  const policy = (name: string): Statement[] =>
    JSON.parse(recording.one("aws:iam/rolePolicy:RolePolicy", name).inputs.policy).Statement;
  expect(policy("beta-app").map(({ Action, Resource }) => [Action, Resource])).toEqual([
    [["s3:GetBucketLocation", "s3:ListBucket", "s3:ListBucketMultipartUploads"], ["arn:aws:s3:::b"]],
    [
      [
        ...["s3:AbortMultipartUpload", "s3:DeleteObject", "s3:GetObject", "s3:ListMultipartUploadParts"],
        "s3:PutObject",
      ],
      ["arn:aws:s3:::b/*"],
    ],
    [["ses:SendEmail"], ["*"]],
  ]);
  expect(policy("beta-server-app")).toEqual([
    { Effect: "Allow", Action: ["sts:AssumeRole"], Resource: "${beta-app.arn}" },
  ]);
});

it("is for EC2 alone, and ready before a server starts", async () => {
  const recording = await record(() => {
    new ServerRole("beta", {
      secretArns: ["arn:secret"],
      secretKeyArns: [],
      filesArn: "arn:files",
      logGroupArns: ["arn:logs"],
    });
  });
  const trust = JSON.parse(recording.one("aws:iam/role:Role").inputs.assumeRolePolicy);
  expect(trust.Statement).toEqual([
    { Effect: "Allow", Action: "sts:AssumeRole", Principal: { Service: "ec2.amazonaws.com" } },
  ]);
  const { dependencies } = recording.one("aws:iam/instanceProfile:InstanceProfile");
  const policies = recording.of("aws:iam/rolePolicy:RolePolicy").map(({ urn }) => urn);
  expect(dependencies).toEqual(expect.arrayContaining(policies));
});

it("hands assets on through their bucket, where there is one, and deletes none", async () => {
  const ofS3 = (all: Statement[]) =>
    all.filter(({ Action }) => Action.some((each) => each.startsWith("s3:")));
  expect(ofS3(await statements())).toHaveLength(1);
  expect(ofS3(await statements({ assetsArn: "arn:assets" })).slice(1)).toEqual([
    { Effect: "Allow", Action: ["s3:ListBucket"], Resource: "arn:assets" },
    { Effect: "Allow", Action: ["s3:GetObject", "s3:PutObject"], Resource: "arn:assets/*" },
  ]);
});
