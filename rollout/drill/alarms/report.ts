import type { Transition } from "../../alarms/engine.ts";
import type { Alarm, AlarmState } from "../../alarms/model.ts";
import type { SnsNotification } from "../../alarms/notice.ts";

/** How an alarm got into ALARM: by a real fault, by a figure that was put in place of the real one, or not at all. */
export type How = "raised" | "fed" | "not raised";

export interface AlarmReport {
  name: string;
  severity: string | null;
  how: How;
  /** What was broken, or where the figure came from. */
  by: string;
  /** Of the alarm's own periods, from the fault to ALARM; a composite's are minutes. */
  periods: number | null;
  /** Whether the notice of ALARM, and of OK, arrived at its severity's topic; null where it tells nobody. */
  noticeOfAlarm: boolean | null;
  noticeOfOk: boolean | null;
  back: boolean;
  passed: boolean;
  why: string | null;
}

/** A notice that doesn't come from an alarm. */
export interface RuleReport {
  name: string;
  how: How;
  by: string;
  passed: boolean;
}

export interface DrillReport {
  stack: string;
  passed: boolean;
  /** What the alarms' clock is to this one's. */
  time: string;
  seconds: number;
  alarms: AlarmReport[];
  rules: RuleReport[];
  /** What no drill can raise, and why. */
  unraisable: { name: string; why: string }[];
  /** Faults that the drill couldn't take back, and why. */
  unhealed: readonly string[];
}

/** What is known of an alarm at the end. */
export interface Known {
  alarm: Alarm;
  how: How;
  by: string;
  /** When the fault began, epoch seconds of the alarms' clock. */
  since: number | undefined;
  why?: string;
  state: AlarmState;
  transitions: Transition[];
  received: SnsNotification[];
}

export function alarmReport(known: Known): AlarmReport {
  const { alarm, how, by, since, transitions } = known;
  const raised = transitions.find(
    ({ to, at }) => to === "ALARM" && at >= (since ?? Number.NEGATIVE_INFINITY),
  );
  const ended = transitions.find(
    ({ to, from, at }) => to === "OK" && from === "ALARM" && at >= (raised?.at ?? 0),
  );
  const period = alarm.kind === "metric" ? alarm.periodSeconds : 60;
  const notices = { noticeOfAlarm: arrived(known, raised), noticeOfOk: arrived(known, ended) };
  const back = ended !== undefined && known.state === "OK";
  const why = raised ? whyNot(notices, back) : (known.why ?? "it stayed out of ALARM");
  return {
    name: alarm.name,
    severity: severityIn(alarm),
    how: raised ? how : "not raised",
    by,
    periods: raised && since !== undefined ? Math.ceil((raised.at - since) / period) : null,
    ...notices,
    back,
    passed: raised !== undefined && why === null,
    why,
  };
}

function whyNot(
  { noticeOfAlarm, noticeOfOk }: Pick<AlarmReport, "noticeOfAlarm" | "noticeOfOk">,
  back: boolean,
): string | null {
  if (noticeOfAlarm === false) return "its notice of ALARM didn't arrive at its severity's topic";
  if (!back) return "it didn't come back to OK";
  if (noticeOfOk === false) return "its notice of OK didn't arrive at its severity's topic";
  return null;
}

/** At every topic that the alarm tells, and each of them the one of the severity that its description says. */
function arrived({ alarm, received }: Known, transition: Transition | undefined): boolean | null {
  if (!transition) return null;
  if (transition.topics.length === 0) return tellsNobody(alarm) ? null : false;
  const severity = severityIn(alarm)?.toLowerCase();
  return transition.topics.every((topic) => {
    const right = severity === undefined || topic.endsWith(`-${severity}`);
    return right && received.some((notice) => notice.TopicArn === topic && tells(notice, alarm, transition));
  });
}

function tells({ Message }: SnsNotification, { name }: Alarm, { to, at }: Transition): boolean {
  // The end is told in a sentence (infra/alarms/ends.ts).
  if (!Message.startsWith("{"))
    return Message === `${to}: ${name} is over since ${new Date(at * 1000).toISOString()}.`;
  const { AlarmName, NewStateValue, StateChangeTime } = JSON.parse(Message) as Record<string, string>;
  const time = Date.parse(StateChangeTime?.replace("+0000", "Z") ?? "") / 1000;
  return AlarmName === name && NewStateValue === to && time === at;
}

/** By design: one that has no topic at all. */
function tellsNobody({ actions }: Alarm): boolean {
  return Object.values(actions).every((topics) => topics.length === 0);
}

/** Descriptions begin with it (infra/alarms/alarm.ts). */
function severityIn({ description }: Alarm): string | null {
  return /^P[1-4]\b/.exec(description)?.[0] ?? null;
}
