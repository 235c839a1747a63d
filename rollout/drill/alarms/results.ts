import type { Alarm } from "../../alarms/model.ts";
import type { Graph } from "../../graph/model.ts";
import { ofType } from "../../graph/resources.ts";
import { TYPES } from "../../graph/types.ts";
import { type DrillCheck, outcomeOf } from "../record.ts";
import type { Attempts } from "./attempts.ts";
import { type AlarmReport, alarmReport, type DrillReport, type RuleReport } from "./report.ts";
import type { AlarmStage } from "./stage.ts";

const TIME = "1 s is 1 min of the alarms' clock, 0.2 to 1 s up to 4 h where an alarm looks back over hours";

export interface DrillCourse {
  seconds: number;
  /** Rules whose event was made, as nothing here brings it about. */
  fedRules: string[];
  /** What couldn't be mended, and why. */
  unhealed: readonly string[];
}

/** What has become of each alarm, each rule, and what can't be drilled. */
export function resultsOf(stage: AlarmStage, attempts: Attempts, outcome: DrillCourse): DrillReport {
  const alarms = attempts.asked.map((alarm) => ofAlarm(stage, attempts, alarm));
  const isWhole = attempts.asked.length === stage.captured.alarms.length;
  const rules = isWhole ? ofRules(stage, outcome.fedRules) : [];
  const { seconds, unhealed } = outcome;
  return {
    stack: stage.options.stack,
    passed: outcomeOf(checksOf({ alarms, rules, unhealed })) === "passed",
    time: TIME,
    seconds,
    alarms,
    rules,
    unraisable: [...stage.captured.refused, ...budgetsOf(stage.room.graph)],
    unhealed,
  };
}

/** What the drill found, as every drill's record has it: a check for each alarm and rule, and whether all was mended. */
export function checksOf({
  alarms,
  rules,
  unhealed,
}: Pick<DrillReport, "alarms" | "rules" | "unhealed">): DrillCheck[] {
  const ofEach = [...alarms, ...rules].map((each: AlarmReport | RuleReport): DrillCheck => {
    const why = ("why" in each ? each.why : null) ?? "no notice arrived";
    const { name, passed, how, by } = each;
    return { name, verdict: passed ? "pass" : "fail", details: passed ? `${how}: ${by}` : why };
  });
  const isWhole = unhealed.length === 0;
  const mended = isWhole ? "everything that was broken is back" : unhealed.join("; ");
  return [...ofEach, { name: "mended", verdict: isWhole ? "pass" : "fail", details: mended }];
}

function ofAlarm(
  { engine, transitions, endpoint }: AlarmStage,
  attempts: Attempts,
  alarm: Alarm,
): AlarmReport {
  const isComposite = alarm.kind === "composite";
  const attempt = attempts.of(alarm.name);
  const why = attempts.why.get(alarm.name);
  return alarmReport({
    alarm,
    how: attempt?.how ?? (isComposite ? "raised" : "not raised"),
    by: attempt?.by ?? (isComposite ? "by its rule, with the alarms that it names" : "nothing"),
    since: attempt?.since,
    ...(why !== undefined && { why }),
    state: engine.state(alarm.name),
    transitions: transitions.filter((each) => each.alarm.name === alarm.name),
    received: endpoint.received,
  });
}

function ofRules({ rules, passedOn, endpoint }: AlarmStage, fedRules: string[]): RuleReport[] {
  return rules.map((rule) => {
    const sent = passedOn.filter((each) => each.rule === rule).flatMap((each) => each.notifications);
    const arrived = sent.filter(({ MessageId }) =>
      endpoint.received.some((each) => each.MessageId === MessageId),
    );
    const isFed = fedRules.includes(rule.name);
    const how = arrived.length === 0 ? "not raised" : isFed ? "fed" : "raised";
    const ofAlarms = JSON.stringify(rule.pattern).includes("aws.cloudwatch");
    const by = isFed ? "an event of that kind" : ofAlarms ? "alarms that ended" : "a backup that failed";
    return { name: rule.name, how, by, passed: arrived.length > 0 && arrived.length === sent.length };
  });
}

function budgetsOf(graph: Graph): { name: string; why: string }[] {
  return ofType(graph, TYPES.budget).map(({ name }) => ({
    name,
    why: "AWS Budgets judges the account's bill, and there is none here",
  }));
}
