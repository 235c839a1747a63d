import { expect, test } from "vitest";
import { alarmsOf } from "../../../rollout/alarms/capture.ts";
import type { Transition } from "../../../rollout/alarms/engine.ts";
import { eventRulesOf, matches, messageOf } from "../../../rollout/alarms/events.ts";
import { alarmEvent } from "../../../rollout/alarms/notice.ts";
import { shippedGraph } from "../../support/shipped-graph.ts";

const graph = await shippedGraph("prod");
const rules = eventRulesOf(graph);
const { alarms } = alarmsOf(graph);

/** Whom a change of an alarm tells through the bus, and what. */
function told(name: string, from: Transition["from"], to: Transition["to"], stack = "prod"): string[] {
  const alarm = alarms.find((each) => each.name === name)!;
  const theirs = { ...alarm, description: alarm.description.replace("of prod,", `of ${stack},`) };
  const event = alarmEvent(
    { alarm: theirs, from, to, at: 1_800_000_000, reason: "", topics: [] },
    "us-east-1",
  );
  return rules
    .filter(({ pattern }) => matches(pattern, event))
    .flatMap((rule) => rule.topics.map((topic) => `${topic.split(":").at(-1)} ${messageOf(rule, event)}`));
}

test("the end of an alarm is told to the topic of its beginning, whatever the alarm", () => {
  const telling = alarms.filter(({ actions }) => actions.ALARM.length > 0);
  expect(telling.length).toBeGreaterThan(30);
  for (const { name, actions } of telling) {
    const topic = actions.ALARM[0]!.split(":").at(-1);
    const text = `${topic} OK: ${name} is over since 2027-01-15T08:00:00.000Z.`;
    expect(told(name, "ALARM", "OK")).toEqual([text]);
  }
});

test("an alarm that is made, begins or has no figures is no end", () => {
  expect(told("prod-blue-errors", "INSUFFICIENT_DATA", "OK")).toEqual([]);
  expect(told("prod-blue-errors", "OK", "ALARM")).toEqual([]);
  expect(told("prod-service-down", "INSUFFICIENT_DATA", "OK")).toEqual([]);
});

test("neither is the end of another stack's alarm, even if its name begins alike", () => {
  expect(told("prod-blue-errors", "ALARM", "OK", "prod-eu")).toEqual([]);
});
