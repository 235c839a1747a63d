import { beforeAll, describe, expect, test } from "vitest";
import { mayDeploy, mayRead, type Statement } from "../../../infra/pipeline/permissions.ts";
import type { Recording } from "../../support/mocks.ts";
import { recordStack } from "../../support/stacks.ts";
import { KEPT } from "./kept.ts";
import { NEEDS, type Needs } from "./needs.ts";

/** Types that the role may touch only under the stack's own names, and how those begin. */
const NAMED: Record<string, (stack: string) => string | RegExp> = {
  "iam/role:Role": (stack) => `${stack}-`,
  "iam/instanceProfile:InstanceProfile": (stack) => `${stack}-`,
  "s3/bucket:Bucket": (stack) => `${stack}-`,
  "secretsmanager/secret:Secret": (stack) => `${stack}-`,
  "lambda/function:Function": (stack) => `${stack}-controller-`,
  "sqs/queue:Queue": (stack) => `${stack}-job-`,
  "ssm/parameter:Parameter": (stack) => `/rollout/${stack}/`,
  "ssm/document:Document": (stack) => `${stack}-`,
  "budgets/budget:Budget": (stack) => `${stack}-`,
  "cloudwatch/logGroup:LogGroup": (stack) =>
    new RegExp(`^(/rollout/${stack}|/aws/rds/instance/${stack}-database)/`),
};

const PROCESSES = {
  worker: { command: ["celery"], with: "traffic" },
  nightly: { command: ["clean"], schedule: "rate(1 day)" },
};

describe.each(["beta", "prod"])("the roles of %s and what the program provisions", (stack) => {
  let all: Recording;
  const scope = { stack, region: "us-east-1" };
  const deploys = [...mayRead(scope), ...mayDeploy(scope)];
  beforeAll(async () => {
    all = await recordStack(stack, {
      controller: { in: "stack" },
      app: { processes: PROCESSES, assets: [{ path: "/assets/", folder: "dist/assets" }] },
    });
  });

  const types = () =>
    [...new Set(all.resources.filter(({ type }) => type.startsWith("aws:")).map(({ type }) => type.slice(4)))]
      .filter((type) => !type.startsWith("pulumi"))
      .toSorted();

  test("every type is in the table", () => {
    expect(types().filter((type) => NEEDS[type] === undefined)).toEqual([]);
  });

  test("the deploying role can create, change and read each, and delete each but those kept for a person", () => {
    const lacking = types().flatMap((type) => [
      ...missing(type, "create", deploys),
      ...missing(type, "update", deploys),
      ...missing(type, "read", deploys),
      ...(KEPT.includes(type) ? [] : missing(type, "delete", deploys)),
    ]);
    expect(lacking).toEqual([]);
    const deletable = KEPT.filter(
      (type) => types().includes(type) && missing(type, "delete", deploys).length === 0,
    );
    expect(deletable).toEqual([]);
  });

  test("what the role may touch only by name is named so", () => {
    const outside = Object.entries(NAMED).flatMap(([type, start]) =>
      all
        .of(`aws:${type}`)
        // Without a name of its own it is made from Pulumi's.
        .map(({ name, inputs }) => String(inputs.name ?? inputs.bucket ?? inputs.namePrefix ?? name))
        .filter((each) => `${each}-`.search(start(stack)) !== 0)
        .map((each) => `${type}: ${each}`),
    );
    expect(outside).toEqual([]);
  });

  test("the drift check's role can read each, and change none", () => {
    const reads = mayRead(scope);
    const lacking = types().flatMap((type) => missing(type, "read", reads));
    expect(lacking).toEqual([]);
    const changes = (["create", "update", "delete"] as const).flatMap((what) =>
      types().flatMap((type) => actions(type, what).filter((each) => isWrite(each) && allows(reads, each))),
    );
    expect(changes).toEqual([]);
  });
});

function actions(type: string, what: keyof Needs): string[] {
  const [service, needs] = NEEDS[type] ?? ["", { create: "", delete: "", read: "" }];
  const names = (needs[what as "create"] ?? "").split(" ").filter(Boolean);
  return names.map((name) => (name.includes(":") ? name : `${service}:${name}`));
}

function isWrite(action: string): boolean {
  return !/:(Describe|Get|List|View)/.test(action);
}

/** What of it a role may not do: `type: action`. */
function missing(type: string, what: keyof Needs, statements: Statement[]): string[] {
  return actions(type, what)
    .filter((each) => !allows(statements, each))
    .map((each) => `${type}: ${each}`);
}

/** By action alone: that the resources are the stack's own is seen to in pipeline.test.ts. */
function allows(statements: Statement[], action: string): boolean {
  const about = statements.filter(({ Action }) =>
    Action.some((each) => new RegExp(`^${each.replaceAll("*", ".*")}$`).test(action)),
  );
  const refused = about.some(({ Effect, Resource }) => Effect === "Deny" && Resource === "*");
  return !refused && about.some(({ Effect }) => Effect === "Allow");
}
