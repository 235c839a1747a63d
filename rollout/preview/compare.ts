import type { Graph, Value } from "../graph/model.ts";
import { deltas } from "./changes/changes.ts";
import type { ReplacesOf } from "./changes/follows.ts";
import { renamed } from "./changes/identity.ts";
import { costOf } from "./cost/cost.ts";
import { dangersOf } from "./dangers/index.ts";
import { unwrappedPaths } from "./dangers/secrets.ts";
import { planWeights } from "./dangers/weights.ts";
import { doubtsOf } from "./doubts.ts";
import { flagChanges, withFlags } from "./flags.ts";
import type { StackPreview } from "./model.ts";
import { brokenPolicies } from "./policies.ts";
import { Redactor, secretsOf } from "./redact.ts";
import { replaces } from "./replacement/replaces.ts";
import { at, inputsOf, isObject, type Shown, shown } from "./shown.ts";
import { topologyOf } from "./topology.ts";
import { trafficOf } from "./traffic.ts";

export interface ComparedGraphs {
  before: Graph;
  after: Graph;
  /** The day in UTC, `2026-12-31`: waivers of policies end by it. */
  today: string;
  /** Whether a change replaces; by default what AWS's specification says. */
  verdict?: ReplacesOf;
}

/** What differs between two graphs of a stack and what of it is dangerous. Nothing in it shows a secret. */
export function compare({
  before: old,
  after: captured,
  today,
  verdict = replaces,
}: ComparedGraphs): StackPreview {
  const [before, after] = withFlags(renamed(old, captured), captured);
  const redactor = new Redactor([
    ...literalsOf(before, after),
    ...secretsOfGraph(before),
    ...secretsOfGraph(after),
  ]);
  const changed = deltas(before, after, verdict, (value) => redactor.deep(value));
  const real = after.resources.filter(({ custom, type }) => custom && !type.startsWith("pulumi:"));
  const preview: StackPreview = {
    stack: after.stack,
    ...(before.resources.length === 0 && after.resources.length > 0 ? { isNew: true as const } : {}),
    dangers: dangersOf({ before, after, deltas: changed, steps: planWeights(before, after) }),
    policies: brokenPolicies(before, after, today),
    doubts: doubtsOf(changed),
    traffic: trafficOf(before, after),
    flags: flagChanges(before, after),
    changes: changed.map(({ change }) => change),
    topology: topologyOf(changed, before, after),
    unchanged: real.length - changed.filter(({ change }) => change.kind !== "delete").length,
    cost: costOf(before, after),
  };
  return redactor.deep(preview);
}

/** What a graph holds in clear though it looks like a secret, or is called like one. */
export function secretsOfGraph(graph: Graph): string[] {
  return [
    ...graph.resources.flatMap((each) => secretsOf(inputsOf(each))),
    ...secretsOf(shown(graph.outputs)),
  ];
}

/** What is a secret on the one side and in clear on the other is a secret on both. */
function literalsOf(before: Graph, after: Graph): string[] {
  const old = new Map(before.resources.map((each) => [each.urn, each.inputs]));
  const sides: [Record<string, Value>, Record<string, Value>][] = [
    ...after.resources.map(
      (each) => [old.get(each.urn) ?? {}, each.inputs] as [typeof each.inputs, typeof each.inputs],
    ),
    [before.outputs, after.outputs],
  ];
  return sides.flatMap(([a, b]) => [
    ...unwrappedPaths(a, b).flatMap((path) => texts(at(shown(b), path))),
    ...unwrappedPaths(b, a).flatMap((path) => texts(at(shown(a), path))),
  ]);
}

/** Every text in a value; references to other resources are no secrets. */
function texts(value: Shown | undefined): string[] {
  if (typeof value === "string") return value.startsWith("${") ? [] : [value];
  if (typeof value === "number") return [String(value)];
  if (Array.isArray(value)) return value.flatMap(texts);
  return isObject(value) ? Object.values(value).flatMap(texts) : [];
}
