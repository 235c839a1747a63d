import { describe, expect, test } from "vitest";
import { AlarmEngine } from "../../../rollout/alarms/engine.ts";
import { parseExpression } from "../../../rollout/alarms/expression.ts";
import type { CompositeAlarm, MetricAlarm } from "../../../rollout/alarms/model.ts";
import { parseRule } from "../../../rollout/alarms/rule.ts";
import { statisticOf } from "../../../rollout/alarms/statistic.ts";
import { MetricStore } from "../../../rollout/alarms/store.ts";

const LOAD = { namespace: "Test", name: "Load", dimensions: { Server: "a" } };
/** A whole hour, so that hourly evaluations fall on it. */
const START = 1_800_000_000 - (1_800_000_000 % 3600);
const TOPICS = { ALARM: ["bad"], OK: ["good"], INSUFFICIENT_DATA: [] };

function alarmOn(change: Partial<MetricAlarm> = {}): MetricAlarm {
  return {
    kind: "metric",
    name: "load",
    arn: "arn:load",
    description: "",
    actions: TOPICS,
    watch: { query: { metric: LOAD, statistic: statisticOf("Average") } },
    periodSeconds: 60,
    evaluationPeriods: 1,
    datapointsToAlarm: 1,
    comparison: "GreaterThanThreshold",
    threshold: 3,
    missing: "missing",
    lowSamples: "evaluate",
    ...change,
  };
}

function composite(name: string, ruleText: string): CompositeAlarm {
  const common = { name, arn: `arn:${name}`, description: "", actions: TOPICS };
  return { kind: "composite", ...common, ruleText, rule: parseRule(ruleText) };
}

/** Minute by minute: the samples of each, and what changed after it. */
function played(alarms: (MetricAlarm | CompositeAlarm)[], minutes: (number | number[] | undefined)[]) {
  const store = new MetricStore();
  const engine = new AlarmEngine(alarms, store, START);
  const changes = minutes.map((samples, minute) => {
    store.add(LOAD, START + minute * 60, samples === undefined ? [] : [samples].flat());
    return engine.advance(START + (minute + 1) * 60).map(({ alarm, to }) => `${alarm.name} ${to}`);
  });
  return { engine, changes };
}

describe("a metric alarm", () => {
  test("is in INSUFFICIENT_DATA until its first evaluation, and tells of changes only", () => {
    const store = new MetricStore();
    const engine = new AlarmEngine([alarmOn()], store, START);
    expect(engine.state("load")).toBe("INSUFFICIENT_DATA");
    store.add(LOAD, START, [5]);
    store.add(LOAD, START + 60, [5]);
    const [first, ...others] = engine.advance(START + 120);
    expect(first).toMatchObject({ from: "INSUFFICIENT_DATA", to: "ALARM", at: START + 60, topics: ["bad"] });
    expect(others).toEqual([]);
  });

  test("goes as in the guide's figure: at the third breach in a row, and back at the first period within", () => {
    const { changes } = played(
      [alarmOn({ evaluationPeriods: 3, datapointsToAlarm: 3 })],
      [2, 2, 4, 5, 4, 2, 2, 2, 4, 2],
    );
    const at = changes.map((each) => each.join());
    expect(at).toEqual(["load OK", "", "", "", "load ALARM", "load OK", "", "", "", ""]);
  });

  test("M of N needn't be in a row", () => {
    const { changes } = played([alarmOn({ evaluationPeriods: 3, datapointsToAlarm: 2 })], [1, 4, 1, 4, 1, 1]);
    expect(changes.map((each) => each.join())).toEqual(["load OK", "", "", "load ALARM", "load OK", ""]);
  });

  test("its periods slide along each minute: five minutes' average", () => {
    const alarm = alarmOn({ periodSeconds: 300 });
    const { changes } = played([alarm], [0, 0, 0, 0, 0, 16, 0, 0, 0, 0, 0]);
    expect(changes[5]).toEqual(["load ALARM"]);
    expect(changes[10]).toEqual(["load OK"]);
  });

  test("one that looks back over more than a day is evaluated each hour", () => {
    const alarm = alarmOn({ periodSeconds: 3600, evaluationPeriods: 25, datapointsToAlarm: 1 });
    const { changes } = played([alarm], [5, ...Array.from({ length: 60 }, () => 5)]);
    expect(changes.findIndex((each) => each.length > 0)).toBe(59);
  });

  test("missing data that breaches: only when no real data is left in the range", () => {
    const alarm = alarmOn({ missing: "breaching", evaluationPeriods: 3, datapointsToAlarm: 3 });
    const { changes } = played([alarm], [1, 1, 1, undefined, undefined, undefined, undefined, undefined]);
    expect(changes.findIndex((each) => each.includes("load ALARM"))).toBe(7);
  });

  test("a percentile of too few samples keeps its state when told so", () => {
    const query = { metric: LOAD, statistic: statisticOf("p95") };
    const many = Array.from({ length: 200 }, () => 9);
    const minutes = [[9], many, [1], undefined];
    const ignoring = alarmOn({ watch: { query }, lowSamples: "ignore", missing: "notBreaching" });
    const evaluating = alarmOn({ watch: { query }, missing: "notBreaching" });
    // Where there are none at all it is missing data, and the newest real data decides.
    expect(played([ignoring], minutes).changes.map((each) => each.join())).toEqual([
      "",
      "load ALARM",
      "",
      "load OK",
    ]);
    expect(played([evaluating], minutes).changes[0]).toEqual(["load ALARM"]);
  });

  test("an expression over metrics of the same period", () => {
    const watch = {
      text: "FILL(load, 0)",
      expression: parseExpression("FILL(load, 0)"),
      queries: { load: { metric: LOAD, statistic: statisticOf("Sum") } },
    };
    const alarm = alarmOn({ watch, comparison: "LessThanThreshold", threshold: 1, missing: "breaching" });
    const { changes } = played([alarm], [1, undefined, 1]);
    expect(changes.map((each) => each.join())).toEqual(["load OK", "load ALARM", "load OK"]);
  });
});

test("a composite follows its rule in the same minute, also through another composite", () => {
  const alarms = [
    composite("outer", "NOT OK(inner)"),
    composite("inner", 'ALARM("arn:load") AND NOT FALSE'),
    alarmOn(),
  ];
  const { changes, engine } = played(alarms, [1, 5, 1]);
  expect(changes[1]?.sort()).toEqual(["inner ALARM", "load ALARM", "outer ALARM"]);
  expect(changes[2]?.sort()).toEqual(["inner OK", "load OK", "outer OK"]);
  expect(engine.state("outer")).toBe("OK");
});

test.each([
  ["GreaterThanThreshold", 3, "OK"],
  ["GreaterThanOrEqualToThreshold", 3, "ALARM"],
  ["LessThanThreshold", 3, "OK"],
  ["LessThanOrEqualToThreshold", 3, "ALARM"],
] as const)("%s at the threshold itself", (comparison, value, state) => {
  expect(played([alarmOn({ comparison })], [value]).engine.state("load")).toBe(state);
});
