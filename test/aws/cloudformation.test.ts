import { execFile } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { basename, join } from "node:path";
import { promisify } from "node:util";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { captureGraph } from "../../rollout/graph/capture.ts";
import type { Graph } from "../../rollout/graph/model.ts";
import { ROOT } from "../rollout/docs-pages.ts";
import { graphOf } from "../rollout/preview/corpus/project.ts";
import { sampleProject } from "../support/sample.ts";
import { PARTS } from "./cloudformation/shapes.ts";
import { type Template, templateOf } from "./cloudformation/template.ts";
import { motoThere, skipped } from "./moto.ts";

/** cfn-lint (PyPI), which moto's server brings along: bin/install-moto. */
const LINT = join(ROOT, ".cache/moto/bin/cfn-lint");
const STACKS = ["beta", "prod", "given"];

/** All that an app can be given. */
const GIVEN = {
  controller: { in: "stack" },
  "app.processes": {
    worker: { command: ["celery", "-A", "shop"], count: 2 },
    everywhere: { command: ["bus"], with: "traffic", stopTimeout: "10m" },
    nightly: { command: ["clean"], schedule: "cron(0 3 ? * MON-FRI *)" },
    often: { command: ["poll"], schedule: "rate(15 minutes)" },
  },
  "app.buckets": ["uploads", "exports"],
  "app.assets": [{ path: "/assets/", folder: "dist/assets" }],
  "app.permissions": [
    { actions: ["ses:SendEmail"], resources: ["*"] },
    { actions: ["sqs:SendMessage"], resources: ["arn:aws:sqs:us-east-1:123456789012:jobs"] },
  ],
  "app.secrets": {
    STRIPE_KEY: { secure: "v1:x" },
    MAIL_WORD: {
      from: "arn:aws:secretsmanager:us-east-1:123456789012:secret:mail-AbCdEf",
      key: "password",
      kmsKey: "arn:aws:kms:us-east-1:123456789012:key/0000-1111",
    },
  },
};

const GIVEN_COHORTS = {
  cohorts: {
    tenants: { to: "green", header: { name: "X-Tenant", values: ["acme", "b*"] } },
    plan: { to: "green", cookie: { name: "plan", values: ["pro", "1.2"] }, host: ["beta.example.com"] },
    parts: { to: "green", path: ["/acme/*"], network: ["203.0.113.0/24", "2001:db8::/32"] },
    some: { to: "green", users: { percent: 17 } },
  },
};

/** What the lint must find, or its silence about the others says nothing. */
const SPOILT = {
  Listener: { Port: 70_000, Protocol: "HTTPZ", LoadBalancerArn: "arn:balancer", Draining: 60 },
};
const MUST_FIND = ["E3002", "E3003", "E3030", "E3034"];

describe.skipIf(!motoThere)(
  `${skipped}the stacks, mapped to CloudFormation and held against AWS's own schemas`,
  { timeout: 180_000 },
  () => {
    const folder = mkdtempSync(join(tmpdir(), "templates-"));
    const graphs = new Map<string, Graph>();
    const made = new Map<string, ReturnType<typeof templateOf>>();
    let errors: Map<string, string[]>;
    afterAll(() => rmSync(folder, { recursive: true }));

    beforeAll(async () => {
      for (const stack of STACKS) {
        const graph =
          stack === "given"
            ? await graphOf({ stack: "beta", config: { ...GIVEN, ...GIVEN_COHORTS } })
            : await captureGraph({ projectDir: sampleProject(), stack });
        graphs.set(stack, graph);
        made.set(stack, templateOf(graph));
      }
      const Type = "AWS::ElasticLoadBalancingV2::Listener";
      const spoilt = { Resources: { Listener: { Type, Properties: SPOILT.Listener } } };
      const templates = STACKS.map((stack) => [stack, made.get(stack)!.template] as const);
      errors = await errorsIn(folder, new Map([...templates, ["spoilt", spoilt]]));
    }, 180_000);

    test.each(STACKS)("every resource of %s has its type there, or is a part of another", (stack) => {
      const { template, left } = made.get(stack)!;
      const { resources } = graphs.get(stack)!;
      expect(left).toEqual([]);
      const parts = resources.filter(({ type }) => PARTS.includes(type)).length;
      const own = resources.filter(({ type, custom }) => custom && type.startsWith("aws:")).length;
      expect(Object.keys(template.Resources)).toHaveLength(own - parts);
    });

    test.each(STACKS)("%s has no error", (stack) => {
      expect(errors.get(stack) ?? []).toEqual([]);
    });

    test("a key too many, one that is missing, a word and a number that AWS doesn't take are found", () => {
      const found = errors.get("spoilt") ?? [];
      expect(MUST_FIND.filter((rule) => !found.some((each) => each.includes(rule)))).toEqual([]);
    });
  },
);

/** By template, each as `Resource: rule message`. Warnings are about templates: names written out, zones named. */
async function errorsIn(folder: string, templates: Map<string, Template>): Promise<Map<string, string[]>> {
  const files = [...templates].map(([name, template]) => {
    const file = join(folder, `${name}.json`);
    writeFileSync(file, JSON.stringify(template));
    return file;
  });
  const words = ["--format", "json", "--regions", "us-east-1", "--ignore-checks", "W", "--", ...files];
  // Its exit code says, in bits, what it found.
  const { stdout } = await promisify(execFile)(LINT, words).catch((ended: { stdout: string }) => ended);
  const found: { Rule: { Id: string }; Message: string; Filename: string; Location: { Path: string[] } }[] =
    JSON.parse(stdout);
  return new Map(
    [...Map.groupBy(found, ({ Filename }) => basename(Filename, ".json"))].map(([name, all]) => [
      name,
      all.map(({ Rule, Message, Location }) => `${Location.Path.slice(1).join(".")}: ${Rule.Id} ${Message}`),
    ]),
  );
}
