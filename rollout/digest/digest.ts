import { expiredFlags } from "../../infra/flags/document.ts";
import type { Flag } from "../../infra/flags/schema.ts";
import { isOver, type Waiver } from "../../infra/policy/judge.ts";
import { entry } from "../../infra/sure.ts";
import type { JournalEntry } from "../core/journal.ts";
import type { DrillRecord } from "../drill/record.ts";
import { Redactor } from "../preview/redact.ts";
import { type Fact, from } from "./fact.ts";
import type { BackupReport, Digest, Drill, Targets } from "./model.ts";
import { BUDGET_DAYS, type Period } from "./period.ts";
import { releasesIn, stopsIn } from "./releases.ts";
import { budgetOf, changesBetween, served } from "./service.ts";
import type { AlarmChange, CostFacts, KeptBackups, TrafficFacts } from "./sources.ts";

/** What a digest is made of: what each source told, or why it couldn't. */
export interface Gathered {
  stack: string;
  on: "rehearsal" | "aws";
  period: Period;
  targets: Targets;
  traffic: Fact<TrafficFacts>;
  before: Fact<TrafficFacts>;
  month: Fact<TrafficFacts>;
  entries: Fact<JournalEntry[]>;
  backups: Fact<KeptBackups>;
  drills: Fact<DrillRecord[]>;
  cost: Fact<CostFacts>;
  alarms: Fact<AlarmChange[]>;
  flags: Fact<ReadonlyMap<string, Flag>>;
  waivers: Fact<readonly Waiver[]>;
}

/** Pure: the same facts make the same digest. It is mailed around: an error's text brings no secret along. */
export function digestOf(gathered: Gathered): Digest {
  const { stack, on, period, targets, traffic, before, month } = gathered;
  const { entries, backups, drills, flags, waivers, alarms, cost } = gathered;
  const begin = period.from;
  const end = period.to;
  const today = new Date(end - 1).toISOString().slice(0, 10);
  const ended = from(drills, (records) => records.filter(({ endedAt }) => endedAt < end));
  const days = period.name === "day" ? 1 : 7;
  return new Redactor([]).deep<Digest>({
    stack,
    on,
    period,
    targets,
    service: from(traffic, served),
    budget: {
      period: from(traffic, (known) => budgetOf(known, days, targets.availability)),
      month: from(month, (known) => budgetOf(known, BUDGET_DAYS, targets.availability)),
    },
    changes: from(traffic, (now) => from(before, (then) => changesBetween(then, now, begin))),
    releases: from(entries, (known) => releasesIn(known, begin, end)),
    stops: from(entries, (known) => stopsIn(known, begin, end)),
    alarms,
    backups: from(backups, (known) => backupsOf(known, period)),
    restore: from(ended, (records) => {
      const last = records.findLast(({ drill }) => drill === "restore");
      return last ? drillOf(last) : null;
    }),
    drills: from(ended, (records) => records.filter(({ endedAt }) => endedAt >= begin).map(drillOf)),
    cost,
    waivers: from(waivers, (known) => known.map((each) => ({ ...each, over: isOver(each, today) }))),
    flags: from(flags, (known) =>
      expiredFlags(known, today).map((key) => {
        const { owner, until } = entry(known, key);
        return { key, owner, until };
      }),
    ),
  });
}

/** A backup may begin an hour late, and takes its time (as in rollout/check/checks/backups.ts). */
const GRACE_HOURS = 2;

function backupsOf({ backups, everyHours }: KeptBackups, { from, to }: Period): BackupReport {
  const then = backups.filter(({ at }) => at < to);
  const newest = then.at(-1);
  const last = newest && { id: newest.id, at: newest.at, ageMs: to - newest.at };
  return {
    taken: then.filter(({ at }) => at >= from).length,
    kept: then.length,
    everyHours,
    last,
    late: !last || last.ageMs > (everyHours + GRACE_HOURS) * 3_600_000,
  };
}

function drillOf({ id, drill, endedAt, outcome, figures, checks }: DrillRecord): Drill {
  const amiss = checks
    .filter(({ verdict }) => verdict !== "pass")
    .map(({ name, verdict, details }) => `${name}: ${verdict}: ${details}`);
  return { id, drill, at: endedAt, outcome, figures, amiss };
}
