import { describe, expect, test } from "vitest";
import { mayOperate, type Statement } from "../../../infra/pipeline/permissions.ts";
import { inParts } from "../../../infra/pipeline/role.ts";
import { POLICIES } from "../../../infra/policy/index.ts";
import { violationsOf } from "../../../infra/policy/judge.ts";
import type { Recording } from "../../support/mocks.ts";
import { recordStack } from "../../support/stacks.ts";

const ON = {
  pipeline: {
    repository: "example/shop",
    stateBucket: "example-state",
    secretsKey: "arn:aws:kms:us-east-1:123456789012:key/1234",
  },
};
const ROLE = "aws:iam/role:Role";
const PROVIDER = "aws:iam/openIdConnectProvider:OpenIdConnectProvider";

describe("without a repository", () => {
  test("the shipped stacks have no way in for workflows", async () => {
    const all = await recordStack("beta");
    expect([all.of(PROVIDER), all.of("rollout:infra:Pipeline")]).toEqual([[], []]);
    expect(all.outputs.pipeline).toEqual({});
  });
});

describe("with one", () => {
  test("each role can be taken only by jobs of the repository in the stack's environments", async () => {
    const all = await recordStack("beta", ON);
    expect(all.one(PROVIDER).inputs).toEqual({
      url: "https://token.actions.githubusercontent.com",
      clientIdLists: ["sts.amazonaws.com"],
    });
    expect(trust(all, "beta-pipeline")).toEqual({
      Effect: "Allow",
      Action: "sts:AssumeRoleWithWebIdentity",
      Principal: { Federated: "${beta-github.arn}" },
      Condition: {
        StringEquals: {
          "token.actions.githubusercontent.com:aud": "sts.amazonaws.com",
          "token.actions.githubusercontent.com:sub": [
            "repo:example/shop:environment:beta",
            "repo:example/shop:environment:beta-rollout",
          ],
        },
      },
    });
    expect(trust(all, "beta-pipeline-drift").Condition.StringEquals).toMatchObject({
      "token.actions.githubusercontent.com:sub": ["repo:example/shop:environment:beta-drift"],
    });
    expect(all.outputs.pipeline).toEqual({
      deployRoleArn: "${beta-pipeline.arn}",
      driftRoleArn: "${beta-pipeline-drift.arn}",
    });
  });

  // The form is GitHub's: repo:octo-org@123456/octo-repo@456789 ("OpenID Connect reference", immutable subject claims).
  test("with GitHub's numbers each role can be taken by the name with them, and without, and by no other", async () => {
    const ids = { owner: 123456, repository: 456789 };
    const all = await recordStack("beta", { pipeline: { ...ON.pipeline, ids } });
    expect(trust(all, "beta-pipeline").Condition.StringEquals).toMatchObject({
      "token.actions.githubusercontent.com:sub": [
        "repo:example/shop:environment:beta",
        "repo:example/shop:environment:beta-rollout",
        "repo:example@123456/shop@456789:environment:beta",
        "repo:example@123456/shop@456789:environment:beta-rollout",
      ],
    });
    expect(trust(all, "beta-pipeline-drift").Condition.StringEquals).toMatchObject({
      "token.actions.githubusercontent.com:sub": [
        "repo:example/shop:environment:beta-drift",
        "repo:example@123456/shop@456789:environment:beta-drift",
      ],
    });
    expect(brokenBy(all)).toEqual([]);
  });

  test("an account's own provider is used where it is named", async () => {
    const provider = "arn:aws:iam::123456789012:oidc-provider/token.actions.githubusercontent.com";
    const all = await recordStack("beta", { pipeline: { ...ON.pipeline, provider } });
    expect(all.of(PROVIDER)).toEqual([]);
    expect(trust(all, "beta-pipeline").Principal).toEqual({ Federated: provider });
  });

  test("it breaks no policy", async () => {
    expect(brokenBy(await recordStack("beta", ON))).toEqual([]);
  });

  test("what can't be made again can't be deleted with it, and not the role itself widened", async () => {
    const statements = permissions(await recordStack("beta", ON), "beta-pipeline");
    for (const action of [
      "rds:DeleteDBInstance",
      "rds:ModifyDBSnapshotAttribute",
      "ec2:DeleteSnapshot",
      "ec2:DeleteVolume",
      "elasticache:DeleteReplicationGroup",
      "backup:DeleteBackupVault",
      "backup:DeleteRecoveryPoint",
      "s3:DeleteBucket",
      "ecr:DeleteRepository",
      "kms:ScheduleKeyDeletion",
      "elasticloadbalancing:DeleteLoadBalancer",
      "iam:CreateUser",
      "iam:CreateAccessKey",
      "iam:CreatePolicyVersion",
      "iam:UpdateOpenIDConnectProviderThumbprint",
    ]) {
      expect([action, allowed(statements, action)]).toEqual([action, false]);
    }
    expect(allowed(statements, "rds:ModifyDBInstance")).toBe(true); // or the above would see nothing
    const [denied] = statements.filter(({ Sid }) => Sid === "NotItself");
    expect(denied).toMatchObject({
      Effect: "Deny",
      Resource: ["arn:aws:iam::*:role/beta-pipeline*", "arn:aws:iam::*:role/beta-operators*"],
    });
  });

  test("the drift check's role changes nothing but reads", async () => {
    const statements = permissions(await recordStack("beta", ON), "beta-pipeline-drift");
    const allowed = statements.filter(({ Effect }) => Effect === "Allow").flatMap(({ Action }) => Action);
    expect(allowed.filter((each) => !/^[a-z0-9]+:(Describe|Get|List|View|Decrypt$)/.test(each))).toEqual([]);
  });

  test("roles, buckets and secrets are the stack's own, and the rest stays in its region", async () => {
    const statements = permissions(await recordStack("beta", ON), "beta-pipeline");
    const anywhere = statements.filter(
      ({ Effect, Resource, Condition }) => Effect === "Allow" && Resource === "*" && !Condition,
    );
    expect(anywhere.map(({ Sid }) => Sid)).toEqual(["Describe", "SecretVersions"]);
    for (const { Sid, Resource, Action } of statements.filter(({ Resource }) => Resource !== "*")) {
      if (/^State/.test(Sid) || Action.some((each) => /^(route53|ssm):|ServiceLinkedRole/.test(each)))
        continue;
      expect([Sid, JSON.stringify(Resource)]).toEqual([Sid, expect.stringMatching(/beta[-/]/)]);
    }
  });
});

test("statements are split so that each part fits a managed policy", async () => {
  const all = await recordStack("beta", ON);
  for (const { name, inputs } of all.of("aws:iam/policy:Policy")) {
    expect([name, (inputs.policy as string).length]).toEqual([
      name,
      expect.toSatisfy((n: number) => n <= 6144),
    ]);
  }
  const statement = (Sid: string): Statement => ({
    Sid,
    Effect: "Allow",
    Action: ["a:B"],
    Resource: "x".repeat(2500),
  });
  const parts = inParts(["A", "B", "C", "D", "E"].map(statement));
  expect(parts.map((part) => part.map(({ Sid }) => Sid).join(""))).toEqual(["AB", "CD", "E"]);
});

describe("the role of those on call", () => {
  const principals = ["arn:aws:iam::123456789012:user/eve", "arn:aws:iam::123456789012:role/on-call"];
  const operated = () => recordStack("beta", { ...ON, operators: { principals } });

  test("is there only where somebody is named", async () => {
    const all = await recordStack("beta", ON);
    expect(all.of(ROLE).filter(({ name }) => name.includes("operators"))).toEqual([]);
    expect(all.outputs).not.toHaveProperty("operatorsRoleArn");
  });

  test("can be taken by those who are named, in any order of the config, and nobody else", async () => {
    const all = await operated();
    expect(trust(all, "beta-operators")).toEqual({
      Effect: "Allow",
      Principal: { AWS: principals.toSorted() },
      Action: "sts:AssumeRole",
    });
    expect(all.outputs.operatorsRoleArn).toBe("${beta-operators.arn}");
  });

  test("may do what deploys and what only people's commands need, and no more", async () => {
    const all = await operated();
    const scope = { stack: "beta", region: "us-east-1" };
    const statements = permissions(all, "beta-operators");
    const own = statements.map((each) => JSON.stringify(each));
    const deploys = permissions(all, "beta-pipeline").map((each) => JSON.stringify(each));
    expect(own.toSorted()).toEqual(
      [...deploys, ...mayOperate(scope).map((each) => JSON.stringify(each))].toSorted(),
    );
    // AWS attaches ten policies to a role unless it is asked for more.
    expect(
      all
        .of("aws:iam/rolePolicyAttachment:RolePolicyAttachment")
        .filter(({ inputs }) => inputs.role === "${beta-operators.name}").length,
    ).toBeLessThanOrEqual(10);
  });

  test("can't be widened by itself, nor by the pipeline", async () => {
    const all = await operated();
    for (const role of ["beta-operators", "beta-pipeline"]) {
      const denied = permissions(all, role).filter(({ Sid }) => Sid === "NotItself");
      expect(denied.map(({ Effect, Resource }) => [Effect, Resource])).toEqual([
        ["Deny", ["arn:aws:iam::*:role/beta-pipeline*", "arn:aws:iam::*:role/beta-operators*"]],
      ]);
      expect(denied[0]?.Action).toEqual(expect.arrayContaining(["iam:Attach*", "iam:Put*", "iam:Update*"]));
    }
  });

  test("breaks no policy", async () => {
    const broken = brokenBy(await operated());
    expect(broken).toEqual([]);
  });
});

/** The policies that look at roles alone. */
function brokenBy(all: Recording) {
  const resources = all.resources.map(({ urn, type, name, inputs }) => ({
    ...{ urn, type, name, inputs, refs: {} },
    protect: false,
    redacted: false,
  }));
  const alone = POLICIES.filter(({ id }) => id.startsWith("iam-") || id === "resources-not-public");
  expect(alone.length).toBeGreaterThanOrEqual(5);
  return alone.flatMap((policy) => violationsOf(policy, resources));
}

function trust(all: Recording, role: string) {
  const [statement] = JSON.parse(all.one(ROLE, role).inputs.assumeRolePolicy).Statement;
  return statement;
}

/** What a role may do, from the policies that are attached to it. */
function permissions(all: Recording, role: string): Statement[] {
  const attached = all
    .of("aws:iam/rolePolicyAttachment:RolePolicyAttachment")
    .filter(({ inputs }) => inputs.role === `\${${role}.name}`);
  return attached.flatMap(
    ({ name }) => JSON.parse(all.one("aws:iam/policy:Policy", name).inputs.policy).Statement,
  );
}

/** Whether a role may do something with anything that isn't its own: a refusal for everything wins. */
function allowed(statements: Statement[], action: string): boolean {
  const about = statements.filter(({ Action }) =>
    Action.some((each) => new RegExp(`^${each.replaceAll("*", ".*")}$`).test(action)),
  );
  const refused = about.some(({ Effect, Resource }) => Effect === "Deny" && Resource === "*");
  return !refused && about.some(({ Effect }) => Effect === "Allow");
}
