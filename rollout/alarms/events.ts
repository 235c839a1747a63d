import { member } from "../../infra/sure.ts";
import type { Graph, Value } from "../graph/model.ts";
import { ofType } from "../graph/resources.ts";
import { referencesIn, textOf } from "../graph/text.ts";
import { TYPES } from "../graph/types.ts";
import { localNames } from "./names.ts";

/** A rule of EventBridge and the topics that it passes events on to. */
export interface EventRule {
  name: string;
  description: string;
  pattern: EventPattern;
  topics: string[];
  /** What is said in place of the event itself: `<name>` stands for what is at the path of that name. */
  text?: { paths: Record<string, string>; template: string };
}

/** Each field that is named must have one of the values listed, or begin with one. */
export interface EventPattern {
  [field: string]: (string | { prefix: string })[] | EventPattern;
}

/** An event of EventBridge's default bus (EventBridge User Guide, "AWS service event metadata"). */
export interface BusEvent {
  version: "0";
  id: string;
  "detail-type": string;
  source: string;
  account: string;
  time: string;
  region: string;
  resources: string[];
  detail: Record<string, unknown>;
}

/**
 * The rules of a captured stack that wait for events; sorted by name.
 *
 * @throws {SyntaxError} for a pattern that isn't played here, such as `[{ suffix: "a" }]`
 */
export function eventRulesOf(graph: Graph): EventRule[] {
  const resolve = localNames(graph);
  const targets = ofType(graph, TYPES.eventTarget);
  return ofType(graph, TYPES.eventRule)
    .filter(({ inputs }) => inputs.eventPattern !== undefined)
    .map(({ name, urn, inputs }) => {
      const own = targets.filter((target) =>
        referencesIn(target.inputs.rule as Value).some((each) => each.urn === urn),
      );
      const text = own.map((target) => target.inputs.inputTransformer).find((each) => each !== undefined);
      return {
        name,
        description: textOf(inputs.description ?? "", resolve),
        pattern: patternOf(name, JSON.parse(textOf(inputs.eventPattern, resolve))),
        topics: own.map((target) => textOf(target.inputs.arn, resolve)).sort(),
        ...(text && { text: transformerOf(text as unknown as Transformer) }),
      };
    })
    .sort((a, b) => (a.name < b.name ? -1 : 1));
}

interface Transformer {
  inputPaths: Record<string, string>;
  inputTemplate: string;
}

function transformerOf({ inputPaths, inputTemplate }: Transformer): NonNullable<EventRule["text"]> {
  return { paths: inputPaths, template: JSON.parse(inputTemplate) };
}

/** What a rule's target is sent for an event (EventBridge User Guide, "Amazon EventBridge input transformation"). */
export function messageOf({ text }: EventRule, event: object): string {
  if (!text) return JSON.stringify(event);
  return text.template.replace(/<(\w+)>/g, (_, name) => {
    const steps = member(text.paths, name).split(".").slice(1);
    return String(steps.reduce<unknown>((inside, step) => (inside as Record<string, unknown>)[step], event));
  });
}

function patternOf(rule: string, value: unknown): EventPattern {
  for (const [field, wanted] of Object.entries(value as object)) {
    const isList =
      Array.isArray(wanted) &&
      wanted.every((each) => typeof each === "string" || typeof each?.prefix === "string");
    if (isList) continue;
    if (Array.isArray(wanted) || typeof wanted !== "object" || wanted === null)
      throw new SyntaxError(`${rule}: the pattern of ${field} isn't played here: ${JSON.stringify(wanted)}`);
    patternOf(rule, wanted);
  }
  return value as EventPattern;
}

/** EventBridge User Guide, "Creating event patterns": every field of the pattern must match, the event may have more. */
export function matches(pattern: EventPattern, event: object): boolean {
  return Object.entries(pattern).every(([field, wanted]) => {
    const value = (event as Record<string, unknown>)[field];
    if (!Array.isArray(wanted)) return typeof value === "object" && value !== null && matches(wanted, value);
    const values = Array.isArray(value) ? value : [value];
    return values.some((each) => wanted.some((one) => isMet(one, String(each))));
  });
}

function isMet(wanted: string | { prefix: string }, value: string): boolean {
  return typeof wanted === "string" ? wanted === value : value.startsWith(wanted.prefix);
}
