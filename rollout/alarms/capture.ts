import type { Graph, GraphResource, Value } from "../graph/model.ts";
import { ofType } from "../graph/resources.ts";
import { textOf } from "../graph/text.ts";
import { TYPES } from "../graph/types.ts";
import { idsIn, parseExpression } from "./expression.ts";
import type {
  Alarm,
  AlarmState,
  ComparisonOperator,
  CompositeAlarm,
  MetricAlarm,
  MetricQuery,
} from "./model.ts";
import { localNames } from "./names.ts";
import { alarmsIn, parseRule } from "./rule.ts";
import { statisticOf } from "./statistic.ts";

export interface CapturedAlarms {
  alarms: Alarm[];
  /** Those that use what isn't played here. */
  refused: { name: string; why: string }[];
}

/** Inputs that are understood; any other might change what the alarm does. */
const KNOWN = {
  [TYPES.metricAlarm]: [
    ...["name", "alarmDescription", "namespace", "metricName", "dimensions", "period", "statistic"],
    ...["extendedStatistic", "evaluateLowSampleCountPercentiles", "metricQueries", "comparisonOperator"],
    ...["threshold", "evaluationPeriods", "datapointsToAlarm", "treatMissingData"],
    ...["alarmActions", "okActions", "insufficientDataActions", "tags"],
  ],
  [TYPES.compositeAlarm]: [
    ...["alarmName", "alarmDescription", "alarmRule", "alarmActions", "okActions"],
    ...["insufficientDataActions", "tags"],
  ],
};

/** The alarms of a captured stack, exactly as they are registered; sorted by name. */
export function alarmsOf(graph: Graph): CapturedAlarms {
  const alarms: Alarm[] = [];
  const refused: CapturedAlarms["refused"] = [];
  const reading = { resolve: localNames(graph) };
  for (const resource of ofType(graph, TYPES.metricAlarm, TYPES.compositeAlarm)) {
    try {
      refuseUnknown(resource, KNOWN[resource.type as keyof typeof KNOWN]);
      alarms.push(
        resource.type === TYPES.metricAlarm
          ? metricAlarm(resource, reading)
          : compositeAlarm(resource, reading),
      );
    } catch (error) {
      refused.push({ name: resource.name, why: (error as Error).message });
    }
  }
  for (const alarm of alarms) {
    const why = alarm.kind === "composite" ? danglingIn(alarm, alarms) : undefined;
    if (why) refused.push({ name: alarm.name, why });
  }
  const kept = alarms.filter(({ name }) => !refused.some((each) => each.name === name));
  return { alarms: kept.sort((a, b) => (a.name < b.name ? -1 : 1)), refused };
}

interface Reading {
  resolve: ReturnType<typeof localNames>;
}

function refuseUnknown({ inputs }: GraphResource, known: string[]): void {
  const unknown = Object.keys(inputs).filter((key) => !known.includes(key) && inputs[key] !== undefined);
  if (unknown.length > 0) throw new SyntaxError(`it uses ${unknown.join(", ")}, which isn't played here`);
}

function metricAlarm(resource: GraphResource, reading: Reading): MetricAlarm {
  const { inputs } = resource;
  const evaluationPeriods = Number(inputs.evaluationPeriods);
  const queries = (inputs.metricQueries ?? []) as Record<string, Value>[];
  const period = queries.length > 0 ? periodOf(queries) : Number(inputs.period);
  if (period < 60) throw new RangeError(`a period of ${period} s isn't played here, 60 s and more are`);
  return {
    kind: "metric",
    ...common(resource, reading),
    watch: queries.length > 0 ? expressionOf(queries, reading) : { query: queryOf(inputs, reading) },
    periodSeconds: period,
    evaluationPeriods,
    datapointsToAlarm: Number(inputs.datapointsToAlarm ?? evaluationPeriods),
    comparison: comparisonOf(inputs.comparisonOperator),
    threshold: Number(inputs.threshold),
    missing: (inputs.treatMissingData ?? "missing") as MetricAlarm["missing"],
    lowSamples: inputs.evaluateLowSampleCountPercentiles === "ignore" ? "ignore" : "evaluate",
  };
}

function comparisonOf(operator: Value | undefined): ComparisonOperator {
  const text = String(operator);
  if (/^(Greater|Less)Than(OrEqualTo)?Threshold$/.test(text)) return text as ComparisonOperator;
  throw new RangeError(`the comparison ${text} isn't played here`);
}

function common(resource: GraphResource, { resolve }: Reading) {
  const { inputs, urn, name } = resource;
  const topics = (key: string) =>
    ((inputs[key] ?? []) as Value[]).map((action) => textOf(action, resolve)).sort();
  const actions: Record<AlarmState, string[]> = {
    ALARM: topics("alarmActions"),
    OK: topics("okActions"),
    INSUFFICIENT_DATA: topics("insufficientDataActions"),
  };
  const description = textOf(inputs.alarmDescription ?? "", resolve);
  return { name, arn: resolve({ urn, property: "arn" }), description, actions };
}

function queryOf(inputs: Record<string, Value>, { resolve }: Reading): MetricQuery {
  const dimensions = Object.entries((inputs.dimensions ?? {}) as Record<string, Value>);
  return {
    metric: {
      namespace: textOf(inputs.namespace, resolve),
      name: textOf(inputs.metricName, resolve),
      dimensions: Object.fromEntries(dimensions.map(([key, value]) => [key, textOf(value, resolve)])),
    },
    statistic: statisticOf(String(inputs.statistic ?? inputs.extendedStatistic ?? inputs.stat)),
  };
}

/** The one query that returns data is the alarm's; CloudWatch takes no other form. */
function expressionOf(queries: Record<string, Value>[], reading: Reading): MetricAlarm["watch"] {
  const returned = queries.filter(({ returnData }) => returnData === true);
  const text = returned[0]?.expression;
  if (returned.length !== 1 || typeof text !== "string")
    throw new SyntaxError("exactly one of its queries must return data, and be an expression");
  const metrics = queries.filter(({ metric }) => metric !== undefined);
  if (metrics.length !== queries.length - 1)
    throw new SyntaxError("an expression of expressions isn't played");
  const expression = parseExpression(text);
  const known = Object.fromEntries(
    metrics.map(({ id, metric }) => [String(id), queryOf(metric as Record<string, Value>, reading)]),
  );
  const unknown = idsIn(expression).filter((id) => !Object.hasOwn(known, id));
  if (unknown.length > 0)
    throw new SyntaxError(`its expression names ${unknown.join(", ")}, which is no query`);
  return { text, expression, queries: known };
}

function periodOf(queries: Record<string, Value>[]): number {
  const periods = queries.flatMap(({ metric }) =>
    metric === undefined ? [] : [Number((metric as { period: Value }).period)],
  );
  const [first = Number.NaN, ...others] = new Set(periods);
  if (others.length > 0) throw new SyntaxError("metrics of several periods in one expression aren't played");
  return first;
}

function compositeAlarm(resource: GraphResource, reading: Reading): CompositeAlarm {
  const ruleText = textOf(resource.inputs.alarmRule, reading.resolve);
  return { kind: "composite", ...common(resource, reading), ruleText, rule: parseRule(ruleText) };
}

function danglingIn({ rule }: CompositeAlarm, alarms: Alarm[]): string | undefined {
  const unknown = alarmsIn(rule).filter(
    (named) => !alarms.some(({ name, arn }) => name === named || arn === named),
  );
  return unknown.length > 0
    ? `its rule names ${unknown.join(", ")}, which is no alarm that is played`
    : undefined;
}
