import {
  copyFileSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { captureText } from "../../../rollout/graph/capture.ts";
import type { Graph } from "../../../rollout/graph/model.ts";
import { SAMPLE, sampleProject } from "../../support/sample.ts";
import { recordStack } from "../../support/stacks.ts";

const ROOT = join(import.meta.dirname, "..", "..", "..");
const MIB = 1024 * 1024;

describe.each(["beta", "prod"])("the %s stack", (stack) => {
  let text: string;
  let graph: Graph;
  beforeAll(async () => {
    text = await captureText({ projectDir: sampleProject(), stack });
    graph = JSON.parse(text);
  });

  test("is captured byte for byte the same again", async () => {
    expect(await captureText({ projectDir: sampleProject(), stack })).toBe(text);
  });

  test("has all that the program tells among its outputs: a rollout on AWS reads no others", async () => {
    const { outputs } = await recordStack(stack);
    expect(Object.keys(graph.outputs).sort()).toEqual(Object.keys(outputs).sort());
    expect(graph.outputs).toMatchObject({ alertTopicArns: { P1: {}, P2: {} }, releaseDocument: {} });
  });

  test("has resources of every kind that the rehearsal needs, and stays below a megabyte", () => {
    const types = new Set(graph.resources.map(({ type }) => type));
    for (const type of [
      "aws:lb/listener:Listener",
      "aws:lb/targetGroup:TargetGroup",
      "aws:ec2/launchTemplate:LaunchTemplate",
      "aws:rds/instance:Instance",
      "aws:elasticache/replicationGroup:ReplicationGroup",
    ]) {
      expect(types).toContain(type);
    }
    expect(text.length).toBeLessThan(MIB);
  });

  test("leaves no token behind, names no place on this machine, and every urn once", () => {
    expect(text).not.toMatch(/ref_[0-9a-f]{16}_/);
    expect(text).not.toContain(ROOT);
    const urns = graph.resources.map(({ urn }) => urn);
    expect(new Set(urns).size).toBe(urns.length);
  });

  test("refers only to resources that are in it, or to data sources", () => {
    const urns = new Set(graph.resources.map(({ urn }) => urn));
    const referred = [...text.matchAll(/"\$ref":\{"urn":"((?:[^"\\]|\\.)*)"/g)].map((match) => match[1]!);
    expect(referred.length).toBeGreaterThan(100);
    expect(referred.filter((urn) => !urns.has(urn) && !urn.startsWith("invoke:"))).toEqual([]);
  });

  test("keeps every password and key out of it, but not what they refer to", () => {
    const versions = graph.resources.filter(
      ({ type }) => type === "aws:secretsmanager/secretVersion:SecretVersion",
    );
    expect(versions.length).toBeGreaterThan(2);
    for (const { inputs } of versions) {
      expect(inputs.secretString).toEqual({
        $secret: [
          { $ref: { urn: expect.stringMatching(/randomPassword:RandomPassword/), property: "result" } },
        ],
      });
    }
  });

  test("shows user data decoded, with references in it", () => {
    const templates = graph.resources.filter(({ type }) => type === "aws:ec2/launchTemplate:LaunchTemplate");
    expect(templates.length).toBeGreaterThan(1);
    for (const { inputs } of templates) {
      expect(inputs.userData).toMatchObject({
        $base64: { $join: expect.arrayContaining([expect.any(String)]) },
      });
    }
  });
});

describe("a change of weight", () => {
  let elsewhere: string;
  beforeAll(() => {
    // A project beside the real one with the same program, so that no test edits the real config.
    mkdirSync(join(ROOT, ".cache"), { recursive: true });
    elsewhere = mkdtempSync(join(ROOT, ".cache", "weights-"));
    for (const file of ["Pulumi.yaml", "package.json", "flags.beta.yaml"])
      copyFileSync(join(file === "package.json" ? ROOT : SAMPLE, file), join(elsewhere, file));
    for (const folder of ["infra", "app", "node_modules"])
      symlinkSync(join(ROOT, folder), join(elsewhere, folder));
  });
  afterAll(() => rmSync(elsewhere, { recursive: true }));

  async function capturedAt(blue: number, green: number): Promise<Graph> {
    const config = readFileSync(join(SAMPLE, "Pulumi.beta.yaml"), "utf8")
      .replace(/(blue: \{ weight:) \d+/, `$1 ${blue}`)
      .replace(/(green: \{ weight:) \d+/, `$1 ${green}`);
    writeFileSync(join(elsewhere, "Pulumi.beta.yaml"), config);
    return JSON.parse(await captureText({ projectDir: elsewhere, stack: "beta" }));
  }

  function changed(before: Graph, after: Graph): string[] {
    const was = new Map(before.resources.map((each) => [each.urn, JSON.stringify(each)]));
    const differing = after.resources.filter((each) => was.get(each.urn) !== JSON.stringify(each));
    expect(after.resources.length).toBe(before.resources.length);
    return differing.map(({ type, name }) => `${type} ${name}`);
  }

  test("changes exactly the HTTPS listener and its rules for sessions, also to 0 and back", async () => {
    const before = await capturedAt(90, 10);
    for (const [blue, green, rules] of [
      [75, 25, ["green-bucket"]],
      [0, 100, ["blue-session", "green-bucket"]],
    ] as const) {
      const after = await capturedAt(blue, green);
      expect(after.outputs.weights).toEqual({ blue, green });
      expect(changed(before, after).sort()).toEqual([
        "aws:lb/listener:Listener beta-https",
        ...rules.map((rule) => `aws:lb/listenerRule:ListenerRule beta-${rule}`),
      ]);
    }
  });
});
