import type { Graph, GraphResource, Value } from "../../graph/model.ts";
import { nameOf } from "../../graph/resources.ts";
import { referencesIn } from "../../graph/text.ts";
import type { Delta } from "../changes/follows.ts";
import type { Danger } from "../model.ts";
import { inputsOf, list, type Shown, textOf } from "../shown.ts";
import { brief } from "../text.ts";
import { slowedBy } from "./backups.ts";
import { type DangerCheck, danger } from "./danger.ts";
import { processesIn } from "./services/processes.ts";

const ALARM = /^aws:cloudwatch\/(metric|composite)Alarm:/;

/** An alarm goes, rings later, or tells nobody. */
export const alarmsLoosened: DangerCheck = ({ after, deltas }) =>
  deltas.flatMap((delta) => [...removed(delta, after), ...loosened(delta, after, deltas)]);

function removed({ change, before }: Delta, after: Graph): Danger[] {
  if (change.kind !== "delete" || !before) return [];
  if (/^aws:cloudwatch\/event(Rule|Target):/.test(change.type)) {
    return [lost(change.name, "", change.type, "none", "is deleted: nobody is told of the event")];
  }
  if (!ALARM.test(change.type)) return [];
  // The alarms of a track that goes have nothing left to watch.
  const watched = watchedBy(before, before.inputs).filter((urn) => !/aws:(sns|cloudwatch|kms)\//.test(urn));
  const gone = watched.some((urn) => !after.resources.some((each) => each.urn === urn));
  const inner = referencesIn(before.inputs.alarmRule ?? null);
  const innerGone =
    inner.length > 0 && inner.every(({ urn }) => !after.resources.some((each) => each.urn === urn));
  return gone || innerGone || watchesGoneProcess(before, after)
    ? []
    : [lost(change.name, "", "watching", "none", "is deleted")];
}

/** That a worker or a job goes is told by itself (services/processes.ts). Its alarms name it, or the queue that is named after it. */
function watchesGoneProcess({ inputs }: GraphResource, after: Graph): boolean {
  const { Process, QueueName } = (inputs.dimensions ?? {}) as Record<string, Value>;
  const process = Process ?? jobOf(String(QueueName));
  return process !== undefined && !processesIn(after).some(({ name }) => name === process);
}

/** `<stack>-job-<name>.fifo` */
function jobOf(queue: string): string | undefined {
  const at = queue.indexOf(JOB);
  return at >= 0 && queue.endsWith(FIFO) ? queue.slice(at + JOB.length, -FIFO.length) : undefined;
}

const JOB = "-job-";
const FIFO = ".fifo";

/** A database's name is the program's own: the alarm depends on it without a reference. */
function watchedBy({ dependencies }: GraphResource, value: Value | undefined): string[] {
  return [
    ...referencesIn(value).map(({ urn }) => urn),
    ...dependencies.filter((urn) => urn.includes("aws:rds/instance:")),
  ];
}

/** The higher, the later it rings. */
const LAXER = ["evaluationPeriods", "datapointsToAlarm", "period"];

function loosened({ change, before, after: now }: Delta, after: Graph, deltas: Delta[]): Danger[] {
  if (!ALARM.test(change.type) || !before || !now) return [];
  const [old, is] = [inputsOf(before), inputsOf(now)];
  const about = (property: string, what: string) =>
    lost(change.name, property, brief(old[property]), brief(is[property]), what);
  const later = [
    ...(thresholdLaxer(old, is) && !grows(now, deltas) ? ["threshold"] : []),
    ...(faster(old, is) || followsBackups(old, is, deltas)
      ? []
      : LAXER.filter((property) => Number(is[property]) > Number(old[property]))),
  ];
  return [
    ...(later.length > 0 ? [ringsLater(change.name, later, old, is)] : []),
    ...(old.treatMissingData === "breaching" && is.treatMissingData !== "breaching"
      ? [about("treatMissingData", "no longer rings when there is no data")]
      : []),
    ...(is.actionsEnabled === false && old.actionsEnabled !== false
      ? [about("actionsEnabled", "tells nobody")]
      : []),
    ...(list(old.alarmActions).length > 0 && list(is.alarmActions).length === 0
      ? [about("alarmActions", "tells nobody")]
      : []),
    ...shrunk(change.name, before, now, after),
  ];
}

function ringsLater(
  name: string,
  properties: string[],
  old: { [key: string]: Shown },
  is: { [key: string]: Shown },
): Danger {
  const values = (inputs: { [key: string]: Shown }) =>
    properties.map((each) => brief(inputs[each])).join(", ");
  return lost(name, properties.join(", "), values(old), values(is), "rings later");
}

/** A larger machine has higher limits: a threshold that grows along with what it watches isn't laxer. */
const SIZES = /^(instanceClass|instanceType|nodeType|allocatedStorage|numCacheClusters|maxSize)$/;

function grows(alarm: GraphResource, deltas: Delta[]): boolean {
  const watched = new Set(watchedBy(alarm, alarm.inputs.dimensions ?? alarm.inputs.metricQueries));
  return deltas.some(
    ({ change }) => watched.has(change.urn) && change.properties.some(({ path }) => SIZES.test(path)),
  );
}

function thresholdLaxer(old: { [key: string]: Shown }, is: { [key: string]: Shown }): boolean {
  const [was, now] = [Number(old.threshold), Number(is.threshold)];
  if (Number.isNaN(was) || Number.isNaN(now)) return false;
  const above = String(is.comparisonOperator).startsWith("Greater");
  return above ? now > was : now < was;
}

/** An alarm for backups that waits no longer than they were made rarer by, which is told by itself. */
function followsBackups(
  old: { [key: string]: Shown },
  is: { [key: string]: Shown },
  deltas: Delta[],
): boolean {
  const isOfBackups = JSON.stringify([is.namespace, is.metricQueries]).includes('"AWS/Backup"');
  return isOfBackups && time(is) <= time(old) * slowedBy(deltas);
}

function time(inputs: { [key: string]: Shown }): number {
  return Number(inputs.period ?? 1) * Number(inputs.datapointsToAlarm ?? inputs.evaluationPeriods ?? 1);
}

/** More periods of which each is shorter may still ring sooner: the time to ring is what counts. */
function faster(old: { [key: string]: Shown }, is: { [key: string]: Shown }): boolean {
  return time(is) <= time(old) && String(old.evaluationPeriods) === String(is.evaluationPeriods);
}

/** A composite that listens to fewer alarms, though they still are there. */
function shrunk(name: string, before: GraphResource, now: GraphResource, after: Graph): Danger[] {
  if (before.inputs.alarmRule === undefined) return [];
  const still = new Set(referencesIn(now.inputs.alarmRule).map(({ urn }) => urn));
  const gone = referencesIn(before.inputs.alarmRule).filter(
    ({ urn }) => !still.has(urn) && after.resources.some((each) => each.urn === urn),
  );
  if (gone.length === 0) return [];
  const text = (rule: GraphResource) => brief(textOf(rule.inputs.alarmRule ?? null));
  return [
    lost(
      name,
      "alarmRule",
      text(before),
      text(now),
      `no longer hears ${gone.map(({ urn }) => nameOf(urn)).join(", ")}`,
    ),
  ];
}

function lost(name: string, property: string, before: string, after: string, what: string): Danger {
  const silent = after === "none";
  return danger({
    severity: silent ? "critical" : "warning",
    kind: "alarm-loosened",
    title: `${name} ${what}`,
    resources: [name],
    property,
    before,
    after,
    why: silent ? "Nobody hears of what it watched until users complain." : "Users notice before you do.",
    advice:
      "Keep it. If it rings for nothing, mend its cause or its measure, and say in the pull request what now covers this.",
  });
}
