import { expect, test } from "vitest";
import { captureGraph } from "../../../rollout/graph/capture.ts";
import type { Value } from "../../../rollout/graph/model.ts";
import { sampleProject } from "../../support/sample.ts";

// What a capture hides, each decided: a secret, or plain text that an SDK wraps as one, of which the preview would say
// nothing when it changes.

const SECRET = "a secret";
const DECIDED: Record<string, string> = {
  "aws:secretsmanager/secretVersion:SecretVersion secretString": SECRET,
  "aws:elasticache/replicationGroup:ReplicationGroup authToken": SECRET,
  "aws:rds/instance:Instance password": SECRET,
  "docker:index/image:Image registry.password": SECRET,
  // AWS's own name for whoever has the token; it never changes.
  "docker:index/image:Image registry.username": "plain, and not ours",
  // In git and an output: rollout/preview/flags.ts takes it from there.
  "aws:appconfig/hostedConfigurationVersion:HostedConfigurationVersion content": "plain: the flags",
};

test.each(["beta", "prod"])("what a capture of %s hides is decided", async (stack) => {
  const { resources, outputs } = await captureGraph({ projectDir: sampleProject(), stack });
  const hidden = resources.flatMap(({ type, inputs }) => hiddenIn(inputs).map((path) => `${type} ${path}`));
  expect([...new Set(hidden)].toSorted()).toEqual(Object.keys(DECIDED).toSorted());
  expect(hiddenIn(outputs)).toEqual([]);
});

function hiddenIn(value: Value | undefined, path = ""): string[] {
  if (typeof value !== "object" || value === null) return [];
  if (Object.hasOwn(value, "$secret")) return [path];
  return Object.entries(value).flatMap(([key, each]) =>
    hiddenIn(each as Value, [path, ...(Array.isArray(value) ? [] : [key])].filter(Boolean).join(".")),
  );
}
