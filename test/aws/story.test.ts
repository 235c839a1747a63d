import { describe, expect, test } from "vitest";
import type { Graph, GraphResource, Value } from "../../rollout/graph/model.ts";
import { TYPES } from "../../rollout/graph/types.ts";
import { LATE_FIGURES } from "./rules/alarms.ts";
import {
  DEPLOYMENT_HOLDS_ENVIRONMENT,
  ONE_DEPLOYMENT,
  TAKEN_BACK,
  VERSIONS_HOLD_PROFILE,
} from "./rules/flags.ts";
import {
  BUCKET_HOLDS_OBJECTS,
  DELETION_PROTECTION,
  IMMUTABLE_TAG,
  IN_USE,
  NAME_TAKEN,
  PROTECTED,
  REPOSITORY_HOLDS_IMAGES,
  SNAPSHOT_NAME,
  VAULT_HOLDS_BACKUPS,
} from "./rules/held.ts";
import { RULES } from "./rules/index.ts";
import type { Rule } from "./rules/rule.ts";
import { VAULT_LOCK } from "./rules/vault-lock.ts";
import { noise, type StoryOptions, tell } from "./story/story.ts";

// The stacks' lives on an AWS that answers over time: `npm run aws:story` prints one.

const FLAGS = "aws:appconfig/deployment:Deployment";

describe.each(["beta", "prod"])("the life of %s", (stack) => {
  test("nobody hears of anything but what they must confirm, and how the rollout goes on", async () => {
    const told = await tell({ stack });
    expect(noise(told)).toEqual([]);
    expect(told.lines.filter(({ kind }) => kind === "confirmation")).toHaveLength(4);
    const done = Object.fromEntries(
      told.chapters.map(({ name, steps }) => [name, steps.map(({ op, name: of }) => `${op} ${of}`).sort()]),
    );
    expect(done.up!.length).toBeGreaterThan(200);
    expect(done["second up"]).toEqual([]);
    expect(done.weights?.filter((each) => !isSessionRule(each))).toEqual([`update ${stack}-https`]);
    expect(new Set(done.image?.filter((each) => !isSessionRule(each)))).toEqual(
      new Set(["app", "blue", "green"].map((each) => `update ${stack}-${each}`)),
    );
    expect(done.flags).toEqual([
      ...[`delete ${stack}-flags`, `delete ${stack}-flags`],
      ...[`replace ${stack}-flags`, `replace ${stack}-flags`],
    ]);
    expect(told.chapters.at(-1)!.failed).toBeUndefined();
  });
});

interface Wrong {
  name: string;
  options: StoryOptions;
  /** What a person gets, or why it was refused. */
  told?: RegExp;
  by?: Rule;
}

const wrong = (name: string, options: StoryOptions, expected: Pick<Wrong, "told" | "by">): Wrong => ({
  name,
  options,
  ...expected,
});

/** A plain `pulumi destroy` of a stack that has been up for half a day. */
const destroyed = (left: (resource: GraphResource) => void): StoryOptions => ({
  stack: "prod",
  plainDestroy: true,
  skip: ["second up", "weights", "image", "flags", "flags again", "rollout"],
  edit: (graph) => edited(graph, left),
});

// Each is the program with a mistake in it: what a person hears of it.
describe("a mistake in the program is told", () => {
  test.each([
    wrong(
      "alarms for what is down, before there are servers",
      { stack: "beta", until: "up", edit: (graph) => edited(graph, alone) },
      { told: /^ops@example.com: ALARM: "beta-service-down"/ },
    ),
    wrong(
      "an alarm for silence that doesn't wait for the first figure",
      {
        stack: "beta",
        until: "up",
        edit: (graph) =>
          edited(graph, (each) => {
            if (each.name.endsWith("hosts-memory") || each.name.endsWith("-down")) delete each.options.hooks;
          }),
      },
      { told: /^ops@example.com: ALARM: "beta-(blue|green)-down"/ },
    ),
    wrong(
      "flags that don't wait for the alarms",
      { stack: "beta", until: "up", edit: (graph) => edited(graph, (each) => without(each, FLAGS, "hooks")) },
      { told: /^flags: deployment 1 is taken back/, by: TAKEN_BACK },
    ),
    wrong(
      "flags deployed while the last deployment bakes",
      {
        stack: "beta",
        until: "flags again",
        edit: (graph, chapter) =>
          chapter === "flags again" ? edited(graph, (each) => without(each, FLAGS, "hooks")) : graph,
      },
      { by: ONE_DEPLOYMENT },
    ),
    wrong(
      "users are let in before there are servers",
      {
        stack: "beta",
        until: "up",
        edit: (graph) =>
          edited(graph, (each) => {
            if (each.type === TYPES.listener)
              each.dependencies = each.dependencies.filter((urn) => !urn.includes("autoscaling/group"));
          }),
      },
      { told: /^ops@example.com: ALARM: "beta-balancer-errors"/ },
    ),
    wrong(
      "alarms that tell of their good end themselves",
      {
        stack: "beta",
        until: "up",
        edit: (graph) =>
          edited(graph, (each) => {
            if (each.type === TYPES.metricAlarm) each.inputs.okActions = each.inputs.alarmActions!;
          }),
      },
      { told: /^ops@example.com: OK: "beta-/ },
    ),
    wrong(
      "a plan without a lifecycle, in a vault that is locked",
      {
        stack: "prod",
        until: "half a day",
        edit: (graph) =>
          edited(graph, (each) => {
            for (const rule of (each.type === TYPES.backupPlan ? each.inputs.rules : []) as Fields[])
              delete rule.lifecycle;
          }),
      },
      { told: /^ops@example.com: A backup failed \(prod-p2\)/, by: VAULT_LOCK },
    ),
    wrong(
      "other sources under the tag of the last ones",
      {
        stack: "beta",
        until: "image",
        edit: (graph, chapter) =>
          edited(graph, (each) => {
            if (each.type.startsWith("docker:"))
              Object.assign(each.inputs, { imageName: "app:1", build: { context: chapter } });
          }),
      },
      { by: IMMUTABLE_TAG },
    ),
    wrong(
      "a name of its own, and the new one first",
      {
        stack: "beta",
        until: "second up",
        edit: (graph, chapter) =>
          edited(graph, (each) => {
            if (each.type !== "aws:cloudwatch/logGroup:LogGroup") return;
            each.options = { deleteBeforeReplace: false, replaceOnChanges: ["retentionInDays"] };
            each.inputs.retentionInDays = chapter === "second up" ? 60 : 30;
          }),
      },
      { by: NAME_TAKEN },
    ),
    wrong(
      "a target group in use that goes first",
      {
        stack: "beta",
        until: "second up",
        edit: (graph, chapter) =>
          edited(graph, (each) => {
            if (each.type !== TYPES.targetGroup) return;
            each.options = { deleteBeforeReplace: true, replaceOnChanges: ["port"] };
            each.inputs.port = chapter === "second up" ? 8443 : 443;
          }),
      },
      { by: IN_USE },
    ),
    wrong(
      "a plain destroy",
      destroyed(() => {}),
      { by: PROTECTED },
    ),
    wrong(
      "a destroy while AWS protects the database",
      destroyed((each) => {
        freeBut("")(each);
        if (each.type === TYPES.database) each.inputs.deletionProtection = true;
      }),
      { by: DELETION_PROTECTION },
    ),
    wrong("a destroy while images are kept", destroyed(freeBut(TYPES_HELD.images)), {
      by: REPOSITORY_HOLDS_IMAGES,
    }),
    wrong("a destroy while versions of flags are kept", destroyed(freeBut(TYPES.flagsVersion)), {
      by: VERSIONS_HOLD_PROFILE,
    }),
    wrong("a destroy while buckets aren't empty", destroyed(freeBut(TYPES.bucket)), {
      by: BUCKET_HOLDS_OBJECTS,
    }),
    wrong("a destroy while the vault has backups", destroyed(freeBut(TYPES.vault)), {
      by: VAULT_HOLDS_BACKUPS,
    }),
    wrong(
      "a destroy while flags are deployed",
      { ...destroyed(freeBut("")), skip: destroyed(freeBut("")).skip!.filter((each) => each !== "flags") },
      { by: DEPLOYMENT_HOLDS_ENVIRONMENT },
    ),
    wrong(
      "a last snapshot whose name is taken",
      {
        ...destroyed((each) => {
          freeBut("")(each);
          if (each.type === TYPES.database) each.inputs.skipFinalSnapshot = false;
        }),
        snapshots: ["prod-database-final"],
      },
      { by: SNAPSHOT_NAME },
    ),
  ])("$name", async ({ options, told: expected, by }) => {
    const told = await tell(options);
    const lines = noise(told);
    if (expected) expect(lines.map(({ text }) => text)).toContainEqual(expect.stringMatching(expected));
    if (by) expect(lines.map(({ rule }) => rule?.name)).toContain(by.name);
  });
});

test("each rule says what it is and where it is written, once", () => {
  expect(RULES.length).toBeGreaterThan(25);
  expect(RULES.filter(({ name, source }) => !name || !source)).toEqual([]);
  expect(new Set(RULES.map(({ name }) => name)).size).toBe(RULES.length);
  expect(RULES).toContain(LATE_FIGURES);
});

type Fields = Record<string, Value>;

function edited(graph: Graph, change: (resource: GraphResource) => void): Graph {
  for (const each of graph.resources) change(each);
  return graph;
}

/** Neither after the servers nor after the first figure. */
function alone(each: GraphResource): void {
  if (each.type !== TYPES.metricAlarm) return;
  delete each.options.hooks;
  each.dependencies = each.dependencies.filter((urn) => !/autoscaling\/group|lb\/listener/.test(urn));
}

function without(each: GraphResource, type: string, option: "hooks"): void {
  if (each.type === type) delete each.options[option];
}

const TYPES_HELD = { images: "aws:ecr/repository:Repository" };

/** Deletes whatever is there, but for what a service holds by itself because of this type. */
function freeBut(held: string): (each: GraphResource) => void {
  return (each) => {
    delete each.options.protect;
    if (each.type === TYPES.database)
      Object.assign(each.inputs, { deletionProtection: false, skipFinalSnapshot: true });
    if (each.type === TYPES.balancer) each.inputs.enableDeletionProtection = false;
    if (each.type === held) return;
    if (each.type === TYPES_HELD.images) each.inputs.forceDelete = true;
    if (each.type === TYPES.bucket) each.inputs.forceDestroy = true;
    if (each.type === TYPES.flagsVersion) delete each.options.retainOnDelete;
    if (each.type === TYPES.vault) each.options.retainOnDelete = true;
  };
}

/** Whom a version or a weight leads where: what those rules match follows both. */
function isSessionRule(done: string): boolean {
  return /^update \w+-\w+-(bucket|session)$/.test(done);
}
