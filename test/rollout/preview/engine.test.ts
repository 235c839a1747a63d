import { readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import type { Graph, Value } from "../../../rollout/graph/model.ts";
import { compare } from "../../../rollout/preview/compare.ts";
import { readOutput } from "../../../rollout/preview/engine/output.ts";
import { engineSide } from "../../../rollout/preview/engine/side.ts";
import { FORMATS, render } from "../../../rollout/preview/render/index.ts";
import { FIXTURE } from "../../engine/fixture.ts";
import { graphOf } from "./corpus/project.ts";

const TYPE = "aws:rds/instance:Instance";
const URN = `urn:pulumi:beta::rollout::${TYPE}::db`;
const CANARY = "canary-of-the-engine-12";

function graph(inputs: Record<string, Value>): Graph {
  const resource = { urn: URN, type: TYPE, name: "db", custom: true, inputs, dependencies: [], options: {} };
  return { version: 1, project: "rollout", stack: "beta", resources: [resource], outputs: {} };
}

function output(op: string, old: object, now: object, more: object = {}): string {
  const state = (inputs: object) => ({ urn: URN, type: TYPE, custom: true, inputs });
  return JSON.stringify({ steps: [{ op, urn: URN, oldState: state(old), newState: state(now), ...more }] });
}

function previewOf(text: string, after: Graph) {
  return compare({ ...engineSide(readOutput(text), after), after, today: "2026-11-21" });
}

test("the engine's word on a replacement counts, in both directions", () => {
  const after = graph({ port: 5433 });
  const update = output(
    "update",
    { port: 5432 },
    { port: 5433 },
    { detailedDiff: { port: { kind: "update" } } },
  );
  expect(previewOf(update, after).dangers.map(({ kind }) => kind)).toEqual(["data-outage"]);
  const reasons = { replaceReasons: ["port"], detailedDiff: { port: { kind: "update-replace" } } };
  const replace = output("replace", { port: 5432 }, { port: 5433 }, reasons);
  expect(previewOf(replace, after).dangers.map(({ kind }) => kind)).toEqual(["stateful-replacement"]);
});

describe("a secret of the state is in no format", () => {
  const shownSecret = {
    "4dabf18193072939515e22adb298388d": "1b47061264138c4ac30d75fd1eb44270",
    plaintext: `"${CANARY}"`,
  };
  const ways: [string, object, Record<string, Value>][] = [
    ["hidden, then in clear", { password: "[secret]" }, { password: CANARY }],
    ["shown by --show-secrets", { password: shownSecret }, { password: { $secret: [] } }],
    ["in clear, then secret", { password: CANARY }, { password: { $secret: [] } }],
    ["in clear under another name", { tags: { a: `DB_PASSWORD=${CANARY}` } }, { tags: { a: "none" } }],
  ];
  test.for(ways)("%s", ([, old, inputs]) => {
    const preview = previewOf(output("update", old, {}), graph(inputs));
    for (const format of FORMATS) {
      const stacks = [preview];
      const text = render(
        { version: 1, base: "x", verdicts: "engine", stacks, problems: [], notes: [] },
        format,
      );
      expect(text).not.toContain(CANARY);
    }
  });
});

describe("what the real engine printed (test/engine/preview.test.ts keeps it up to date)", () => {
  const change = {
    stack: "beta" as const,
    config: {
      tracks: { blue: { weight: 50, servers: 1 }, green: { weight: 50, servers: 1 } },
      database: { backupEveryHours: 12 },
      operators: { email: ["ops@example.com"], sshFrom: ["203.0.113.7/32"] },
    },
  };
  const text = readFileSync(FIXTURE, "utf8");

  test("leads to the same dangers and changes as the two graphs", { timeout: 60_000 }, async () => {
    const [before, after] = await Promise.all([graphOf({ stack: "beta" }), graphOf(change)]);
    const common = { after, today: "2026-11-21" };
    const ours = compare({ before, ...common });
    const engines = compare({ ...engineSide(readOutput(text), after), ...common });
    expect(engines.dangers).toEqual(ours.dangers);
    expect(engines.dangers.map(({ kind }) => kind).toSorted()).toEqual([
      "backups-thinner",
      "firewall-opened",
      "weight-jump",
    ]);
    const names = (each: typeof ours) => each.changes.map(({ kind, name }) => `${kind} ${name}`);
    expect(names(engines)).toEqual(names(ours));
  });

  test("names no machine and no time", () => {
    expect(text).not.toMatch(/project:\/\/|\/tmp\/|T\d\d:\d\d:\d\d/);
  });
});

describe("a file that says nothing, or too much, is refused with its reason", () => {
  const whole = output("update", {}, {});
  const files: [string, string, string][] = [
    ["empty", " \n", "is empty: pulumi preview --json printed nothing, and says why on stderr"],
    ["another text", "Previewing update (beta)", "prints, it begins with: Previewing update (beta)"],
    ["a list", "[1]", "isn't what pulumi preview --json prints, it begins with: [1]"],
    ["another JSON", '{"version":1}', "isn't what pulumi preview --json prints"],
    ["steps of something else", '{"steps":[{"op":"update"}]}', "isn't what pulumi preview --json prints"],
    ["cut off", whole.slice(0, -30), "is cut off: it ends in the middle of a JSON document"],
    ["cut off in a text", whole.slice(0, whole.indexOf("::db") + 2), "is cut off"],
    ["two documents", `${whole}\n${whole}`, "holds more than one JSON document"],
    ["a document and a half", `${whole}\n${whole.slice(0, 20)}`, "holds more than one JSON document"],
    ["broken inside", '{"steps": [1,,2]}', "isn't JSON ("],
    ["no step", '{"steps":[],"diagnostics":[]}', "lists no step, so it says nothing of any stack"],
    ["no step at all", '{"config":{}}', "lists no step, so it says nothing of any stack"],
    ["another stack", whole, "is about beta, not prod"],
  ];
  test.each(files)("%s", (_, text, reason) => {
    expect(() => readOutput(text, "prod")).toThrow(reason);
  });
  test("braces in a text are no documents", () => {
    const text = output("update", { a: '{"b":"}{' }, { a: "\\" });
    expect(readOutput(text).steps).toHaveLength(1);
  });
});

test("a failed preview that didn't get to a track's deletion says nothing of it", () => {
  const root = "urn:pulumi:beta::rollout::pulumi:pulumi:Stack::rollout-beta";
  const outputs = {
    targetGroupArns: { green: "arn:aws:lb:us-east-1:1:targetgroup/green/1" },
    stable: "blue",
  };
  const steps = [{ op: "same", urn: root, oldState: { urn: root, type: "pulumi:pulumi:Stack", outputs } }];
  const text = JSON.stringify({ steps, diagnostics: [{ severity: "error", message: "error: no" }] });
  const after = graph({});
  const { before } = engineSide(readOutput(text), after);
  expect(before.outputs).toEqual({ targetGroupArns: {}, stable: "blue" });
  expect(previewOf(text, after).dangers).toEqual([]);
});

test("of states: whose an id is, what only the provider says, and what a text was made of", () => {
  const topicUrn = "urn:pulumi:beta::rollout::aws:sns/topic:Topic::p1";
  const type = "aws:sns/topicSubscription:TopicSubscription";
  const urn = `urn:pulumi:beta::rollout::${type}::gone`;
  const arn = "arn:aws:sns:us-east-1:1:p1-4711";
  const oldState = {
    ...{ urn, type, custom: true, id: "subscription-1" },
    inputs: {
      __defaults: ["confirmationTimeoutInMinutes"],
      confirmationTimeoutInMinutes: 1,
      topic: arn,
      endpoint: "sns",
    },
    propertyDependencies: { topic: [topicUrn], endpoint: [] },
  };
  const states = [
    { op: "delete", urn, oldState },
    {
      op: "same",
      urn: topicUrn,
      oldState: { urn: topicUrn, type: "aws:sns/topic:Topic", id: arn, outputs: { arn, name: "sns" } },
    },
  ];
  const inputsIn = (steps: object[]) =>
    engineSide(readOutput(JSON.stringify({ steps })), graph({})).before.resources.find(
      (each) => each.urn === urn,
    )?.inputs;
  const reference = (property: string) => ({ topic: { $ref: { urn: topicUrn, property } }, endpoint: "sns" });
  expect(inputsIn(states)).toEqual(reference("id"));
  // The topic isn't listed where nothing of it changes: the subscription was made of it alone.
  expect(inputsIn(states.slice(0, 1))).toEqual(reference("arn"));
});

describe("of a secret the engine says what it was made of, and that it is another", () => {
  const CACHE = "aws:elasticache/replicationGroup:ReplicationGroup";
  const cache = `urn:pulumi:beta::rollout::${CACHE}::beta-cache`;
  const password =
    "urn:pulumi:beta::rollout::random:index/randomPassword:RandomPassword::beta-cache-password";
  const from = { $ref: { urn: password, property: "result" } };
  const step = (was: string[], is: string[]) => {
    const state = (of: string[]) => ({
      ...{ urn: cache, type: CACHE, custom: true, inputs: { authToken: "[secret]" } },
      propertyDependencies: { authToken: of },
    });
    const detailedDiff = { authToken: { kind: "update" } };
    const all = { op: "update", urn: cache, oldState: state(was), newState: state(is), detailedDiff };
    return JSON.stringify({ steps: [all] });
  };
  const stack = (authToken: Value): Graph => {
    const common = { custom: true, dependencies: [], options: {} };
    const version = "aws:secretsmanager/secretVersion:SecretVersion";
    const urn = `urn:pulumi:beta::rollout::${version}::beta-cache-password`;
    return {
      ...{ version: 1, project: "rollout", stack: "beta", outputs: {} },
      resources: [
        { urn, type: version, name: "kept", inputs: { secretString: { $secret: [from] } }, ...common },
        { urn: cache, type: CACHE, name: "beta-cache", inputs: { authToken }, ...common },
      ],
    };
  };
  const toldOf = (text: string, after: Graph) => {
    const { dangers, changes } = previewOf(text, after);
    const [only] = changes.flatMap(({ properties }) => properties);
    return { kinds: dangers.map(({ kind }) => kind).toSorted(), before: only?.before, after: only?.after };
  };

  test("a text in the place of a resource's", () => {
    expect(toldOf(step([password], []), stack({ $secret: [] }))).toEqual({
      kinds: ["password-rotated", "secret-in-clear"],
      before: "(secret from beta-cache-password.result)",
      after: "(secret)",
    });
  });
  test("a resource's in the place of a text", () => {
    expect(toldOf(step([], [password]), stack({ $secret: [from] }))).toEqual({
      kinds: ["password-rotated"],
      before: "(secret)",
      after: "(secret from beta-cache-password.result)",
    });
  });
  test("another text, or another value of the same resource", () => {
    expect(toldOf(step([], []), stack({ $secret: [] }))).toEqual({
      kinds: ["password-rotated"],
      before: "(secret, as it was)",
      after: "(secret)",
    });
    expect(toldOf(step([password], [password]), stack({ $secret: [from] }))).toEqual({
      kinds: ["password-rotated"],
      before: "(secret from beta-cache-password.result, as it was)",
      after: "(secret from beta-cache-password.result)",
    });
  });
});

test("the plan is the one that the state was made by: a change that loosens it doesn't hide its own jump", () => {
  const root = "urn:pulumi:beta::rollout::pulumi:pulumi:Stack::rollout-beta";
  const oldState = { urn: root, type: "pulumi:pulumi:Stack", outputs: { planWeights: [10, 25, 50, 100] } };
  const text = JSON.stringify({ steps: [{ op: "same", urn: root, oldState }] });
  const after = { ...graph({}), outputs: { planWeights: [100] } };
  expect(engineSide(readOutput(text), after).before.outputs).toEqual({ planWeights: [10, 25, 50, 100] });
});

test("what failed is known, also without a step, and warnings are no failures", () => {
  const diagnostics = [
    { severity: "warning", message: "warning: using a plugin from $PATH\n" },
    {
      severity: "error",
      message: "error: \u001b[90mPulumi.beta.yaml\u001b[39m has a mistake:\n  rollout:tracks\n",
    },
  ];
  expect(readOutput(JSON.stringify({ diagnostics, maybeCorrupt: true }))).toEqual({
    steps: [],
    errors: [
      "Pulumi.beta.yaml has a mistake:\n  rollout:tracks",
      "Pulumi says that the stack's state may be corrupt.",
    ],
  });
  const sound = JSON.parse(output("update", {}, {}));
  expect(readOutput(JSON.stringify({ ...sound, diagnostics: diagnostics.slice(0, 1) })).errors).toEqual([]);
});
