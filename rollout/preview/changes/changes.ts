import { whomOf } from "../../../infra/sessions/rules.ts";
import { afterLast, given } from "../../../infra/sure.ts";
import type { Graph, GraphOptions, GraphResource } from "../../graph/model.ts";
import type { Change, PropertyChange } from "../model.ts";
import { inputsOf, type Shown } from "../shown.ts";
import { sides } from "../text.ts";
import { differences } from "./differences.ts";
import { effectOf } from "./effects.ts";
import {
  type Delta,
  followReplacements,
  followTemplates,
  followVersions,
  kindOf,
  type ReplacesOf,
} from "./follows.ts";
import { type Pair, pairs } from "./identity.ts";

/** Takes the secrets out of a value. */
export type Hide = (value: Shown | undefined) => Shown | undefined;

/**
 * Every resource that differs between two graphs, with those that follow from another's replacement.
 *
 * @param hide is applied before a value is shortened to what differs: half a secret wouldn't be recognised as one
 */
export function deltas(before: Graph, after: Graph, verdict: ReplacesOf, hide: Hide): Delta[] {
  const all = pairs(before, after).map(
    (pair): Delta => ({ ...pair, change: changeOf(pair, before, after, verdict, hide) }),
  );
  followReplacements(all, verdict);
  followVersions(all);
  followTemplates(all);
  return all
    .filter(({ change }) => change.kind !== "update" || change.properties.length > 0)
    .toSorted(byName);
}

function changeOf(pair: Pair, before: Graph, after: Graph, verdict: ReplacesOf, hide: Hide): Change {
  const resource = given(pair.after ?? pair.before, "resource before or after the change");
  const { urn, type, name } = resource;
  const about = { urn, type, name, component: componentOf(resource, pair.after ? after : before) };
  if (!pair.before) return { kind: "create", ...about, properties: [] };
  if (!pair.after) return { kind: "delete", ...about, properties: [] };
  const properties = propertyChanges(pair.before, pair.after, verdict, hide);
  return { kind: kindOf(properties), ...about, properties };
}

function propertyChanges(
  before: GraphResource,
  after: GraphResource,
  verdict: ReplacesOf,
  hide: Hide,
): PropertyChange[] {
  const { ignoreChanges = [], replaceOnChanges = [] } = after.options;
  const [was, is] = [inputsOf(before), inputsOf(after)];
  const inputs = differences(withoutNames(was), withoutNames(is))
    .filter(({ path }) => !covers(ignoreChanges, path))
    .map(({ path, before: old, after: now }): PropertyChange => {
      const effect = effectOf(after.type, path, was, is);
      return {
        path,
        ...sides(hide(inWords(old)), hide(inWords(now))),
        replaces: covers(replaceOnChanges, path) ? "yes" : verdict(after.type, path, after.urn),
        ...(effect === undefined ? {} : { effect }),
      };
    });
  return [...inputs, ...optionChanges(before.options, after.options)];
}

/** Expressions that say who meets which version, as what they mean: nobody reviews the expressions. */
function inWords(value: Shown | undefined): Shown | undefined {
  if (!Array.isArray(value) || !value.every((each) => typeof each === "string")) return value;
  return whomOf(value) ?? value;
}

/** What pulumi computes as it goes and no reviewer needs. */
function withoutNames(inputs: { [key: string]: Shown }): { [key: string]: Shown } {
  const { __defaults, ...rest } = inputs;
  return rest;
}

const SHOWN_OPTIONS = ["protect", "retainOnDelete", "ignoreChanges", "import"] as const;

function optionChanges(before: GraphOptions, after: GraphOptions): PropertyChange[] {
  return SHOWN_OPTIONS.flatMap((name) =>
    differences(before[name] as Shown, after[name] as Shown).map((each) => ({
      path: `(option) ${name}`,
      ...sides(each.before, each.after),
      replaces: "no" as const,
    })),
  );
}

function covers(options: string[], path: string): boolean {
  return options.some((each) => path === each || path.startsWith(`${each}.`) || path.startsWith(`${each}[`));
}

/** `beta Database` of a resource in that component; the stack's own are `stack`. */
export function componentOf(resource: GraphResource, graph: Graph): string {
  const parent = graph.resources.find(({ urn }) => urn === resource.parent);
  if (!parent || parent.custom) return "stack";
  const kind = afterLast(parent.type, ":");
  return parent.name === graph.stack ? kind : `${kind} ${parent.name}`;
}

function byName(a: Delta, b: Delta): number {
  const [x, y] = [
    `${a.change.component} ${a.change.name} ${a.change.urn}`,
    `${b.change.component} ${b.change.name} ${b.change.urn}`,
  ];
  return x < y ? -1 : x > y ? 1 : 0;
}
