import type { Graph, GraphResource } from "../../graph/model.ts";
import { nameOf } from "../../graph/resources.ts";
import { referencesIn } from "../../graph/text.ts";
import { TYPES } from "../../graph/types.ts";
import type { Delta } from "../changes/follows.ts";
import type { Danger } from "../model.ts";
import { at, inputsOf, isObject, list, type Shown } from "../shown.ts";
import { brief } from "../text.ts";
import { type DangerCheck, danger } from "./danger.ts";
import { timesAWeek } from "./schedule.ts";

/** Backups become rarer, are kept for less long, or end. Logs count: they too are looked for later. */
export const backupsThinner: DangerCheck = ({ after, deltas }) =>
  deltas.flatMap((delta) => [...ended(delta, after), ...rarer(delta), ...shorter(delta)]);

/** Resource types whose deletion ends backups or what watches over them. */
const KEEPERS: Record<string, string> = {
  "aws:backup/plan:Plan": "No backup is taken any more.",
  "aws:backup/selection:Selection": "The plan no longer names what it backs up.",
  "aws:backup/vaultLockConfiguration:VaultLockConfiguration":
    "Backups can be deleted before their time, by a mistake or by an attacker.",
  "aws:backup/restoreTestingPlan:RestoreTestingPlan":
    "Nobody finds out any more that a backup can't be restored.",
  "aws:backup/restoreTestingSelection:RestoreTestingSelection":
    "Nobody finds out any more that a backup can't be restored.",
};

function ended({ change, before, after }: Delta, graph: Graph): Danger[] {
  const why = KEEPERS[change.type];
  if (why === undefined || !before) return [];
  if (change.kind === "delete") return [thinner(change.name, "", change.type, "none", why, "is deleted")];
  if (change.type !== "aws:backup/selection:Selection" || !after) return [];
  const [was, now] = [before, after].map((each) =>
    referencesIn(each.inputs.resources).map(({ urn }) => urn),
  ) as [string[], string[]];
  // What goes itself needs no backup any more.
  const left = was.filter((urn) => !now.includes(urn) && graph.resources.some((each) => each.urn === urn));
  if (left.length === 0) return [];
  const names = [was, now].map((urns) => urns.map(nameOf).join(", ") || "none") as [string, string];
  return [thinner(change.name, "resources", ...names, why, "backs up less")];
}

/** Where schedules are: rules of the plan by name, and plans with one schedule. */
function rarer({ change, before, after }: Delta): Danger[] {
  if (!before || !after || !change.type.startsWith("aws:backup/")) return [];
  const now = schedulesOf(after);
  const old = schedulesOf(before);
  const sum = (all: Map<string, string>) =>
    [...all.values()].reduce((total, each) => total + (timesAWeek(each) ?? Number.NaN), 0);
  const [was, is] = [sum(old), sum(now)];
  const text = (all: Map<string, string>) => [...all.values()].join(", ") || "none";
  if (Number.isNaN(was) || Number.isNaN(is) ? text(old) === text(now) : is >= was * 0.999) return [];
  const what = change.type.includes("restoreTesting") ? "restores are tried" : "backups are taken";
  const property = change.type.includes("restoreTesting") ? "scheduleExpression" : "rules.schedule";
  const title =
    Number.isNaN(is) || Number.isNaN(was)
      ? "may be thinner"
      : `${what} ${often(is)} instead of ${often(was)}`;
  const why =
    "The time between two backups is what a failure loses; a restore that nobody tries may not work.";
  return [thinner(change.name, property, text(old), text(now), why, title, ": ")];
}

/** How many times longer the time between two backups gets; 1 when it doesn't. */
export function slowedBy(deltas: readonly Delta[]): number {
  const ratios = deltas.flatMap(({ before, after, change }) => {
    if (!before || !after || change.type !== TYPES.backupPlan) return [];
    const [was, is] = [before, after].map((each) =>
      [...schedulesOf(each).values()].reduce((total, one) => total + (timesAWeek(one) ?? Number.NaN), 0),
    ) as [number, number];
    return is > 0 && is < was ? [was / is] : [];
  });
  return Math.max(1, ...ratios);
}

function schedulesOf(resource: GraphResource): Map<string, string> {
  const inputs = inputsOf(resource);
  const rules = list(inputs.rules).filter(isObject);
  const found = [
    ...rules.map((rule) => [String(rule.ruleName), rule.schedule] as const),
    ["schedule", inputs.scheduleExpression] as const,
  ];
  return new Map(found.filter(([, schedule]) => typeof schedule === "string") as [string, string][]);
}

function often(aWeek: number): string {
  if (aWeek >= 7) return `${round(aWeek / 7)} times a day`;
  return aWeek >= 1 ? `${round(aWeek)} times a week` : `${round(aWeek * 4.35)} times a month`;
}

function round(number: number): number {
  return Math.round(number * 10) / 10;
}

/** How long things are kept, in days unless said: less is worse. For an absent one, what AWS takes. */
const KEPT: [type: RegExp, path: string, absent: number][] = [
  [/^aws:rds\/(instance|cluster):/, "backupRetentionPeriod", 0],
  [/^aws:elasticache\/replicationGroup:/, "snapshotRetentionLimit", 0],
  [/^aws:backup\/vaultLockConfiguration:/, "minRetentionDays", 0],
  [/^aws:cloudwatch\/logGroup:/, "retentionInDays", Number.POSITIVE_INFINITY],
  [/^aws:secretsmanager\/secret:/, "recoveryWindowInDays", 30],
  [/^aws:kms\/key:/, "deletionWindowInDays", 30],
];

function shorter({ change, before, after }: Delta): Danger[] {
  if (!before || !after) return [];
  const [old, now] = [inputsOf(before), inputsOf(after)];
  const days = KEPT.filter(([type]) => type.test(change.type)).flatMap(([, path, absent]) =>
    less(change.name, path, days_(at(old, path), absent), days_(at(now, path), absent)),
  );
  return [...days, ...ofRules(change, old, now)];
}

/** Rules of backup plans and of buckets' life cycles, each by its name. */
function ofRules(
  { type, name }: Delta["change"],
  old: { [key: string]: Shown },
  now: { [key: string]: Shown },
): Danger[] {
  const path = /^aws:backup\/plan:/.test(type)
    ? "lifecycle.deleteAfter"
    : /bucketLifecycle/.test(type)
      ? "expiration.days"
      : undefined;
  if (path === undefined) return [];
  const byName = (inputs: { [key: string]: Shown }) =>
    list(inputs.rules).map((rule) => days_(at(rule, path), Number.POSITIVE_INFINITY));
  // The longest of all rules is what can still be found.
  const longest = (inputs: { [key: string]: Shown }) => Math.max(0, ...byName(inputs));
  return less(name, `rules.${path}`, longest(old), longest(now));
}

function days_(value: Shown | undefined, absent: number): number {
  const days = value === undefined || value === null ? absent : Number(value);
  // A retention of 0 in CloudWatch Logs is for ever; elsewhere it is none.
  return days === 0 && absent === Number.POSITIVE_INFINITY ? absent : days;
}

function less(name: string, property: string, was: number, is: number): Danger[] {
  if (Number.isNaN(was) || Number.isNaN(is) || is >= was) return [];
  const why = "What is found out later than that can't be restored or looked up any more.";
  return [thinner(name, property, said(was), said(is), why, `keeps for ${said(is)} instead of ${said(was)}`)];
}

function said(days: number): string {
  return days === Number.POSITIVE_INFINITY ? "ever" : days === 0 ? "no time at all" : `${brief(days)} days`;
}

function thinner(
  name: string,
  property: string,
  before: string,
  after: string,
  why: string,
  what: string,
  colon = " ",
): Danger {
  const critical = after === "none" || after === "no time at all";
  return danger({
    severity: critical ? "critical" : "warning",
    kind: "backups-thinner",
    title: `${name}${colon}${what}`,
    resources: [name],
    property,
    before,
    after,
    why,
    advice:
      "Keep it, or show that the longer gap is within what may be lost (RPO) and say so in the pull request.",
  });
}
