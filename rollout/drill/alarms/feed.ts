import { member } from "../../../infra/sure.ts";
import { breaches } from "../../alarms/evaluate.ts";
import type { EventPattern } from "../../alarms/events.ts";
import { resultOf } from "../../alarms/expression.ts";
import type { MetricAlarm, MetricId } from "../../alarms/model.ts";
import { queriesOf } from "../../alarms/model.ts";
import { keyOf } from "../../alarms/store.ts";
import type { AlarmStage } from "./stage.ts";

/** Puts figures in place of the metrics' own: beyond the threshold of the alarm that looks at them, or within. */
export function feed(stage: AlarmStage, alarm: MetricAlarm, breaching: boolean): void {
  for (const { metric, value } of figuresFor(alarm, breaching))
    stage.fed.set(keyOf(metric), { metric, value });
}

/** @throws {RangeError} for an expression that none of the figures tried drives there */
export function figuresFor(alarm: MetricAlarm, breaching: boolean): { metric: MetricId; value: number }[] {
  const { watch, threshold, comparison } = alarm;
  if ("text" in watch) {
    const ids = Object.keys(watch.queries);
    for (let choice = 2 ** ids.length - 1; choice >= 0; choice -= 1) {
      // Much or nothing of each metric, in every combination.
      const values = Object.fromEntries(ids.map((id, bit) => [id, choice & (1 << bit) ? MUCH : 0]));
      const result = resultOf(watch.expression, (id) => values[id]);
      if (result === undefined || breaches(alarm, result) !== breaching) continue;
      return ids.map((id) => ({ metric: member(watch.queries, id).metric, value: member(values, id) }));
    }
    throw new RangeError(`no figures drive ${watch.text} ${breaching ? "beyond" : "within"} ${threshold}`);
  }
  const distance = Math.max(1, Math.abs(threshold) / 2);
  const isHigh = comparison.startsWith("Greater") === breaching;
  // Nothing at all is within whatever is summed up.
  const low = breaching ? Math.max(0, threshold - distance) : 0;
  return [{ metric: watch.query.metric, value: isHigh ? threshold + distance : low }];
}

const MUCH = 1000;

/** Alarms on what isn't played at all: the cache's second node. Nothing here sends its metrics. */
export function unplayed(stage: AlarmStage): MetricAlarm[] {
  const isUnplayed = ({ dimensions }: MetricId) => /-00[2-9]$/.test(dimensions.CacheClusterId ?? "");
  return stage.captured.alarms.filter(
    (alarm): alarm is MetricAlarm =>
      alarm.kind === "metric" && queriesOf(alarm).some(({ metric }) => isUnplayed(metric)),
  );
}

/**
 * Makes an event for each rule on backups that nothing here has brought about, such as a restore that failed. The rules on
 * alarms hear of the drill's own.
 *
 * @returns the names of those rules
 */
export async function emitUnheard(stage: AlarmStage): Promise<string[]> {
  const heard = new Set(stage.passedOn.map(({ rule }) => rule.name));
  const unheard = stage.rules.filter(({ name, pattern }) => !heard.has(name) && isOfBackups(pattern));
  for (const { pattern } of unheard) {
    const [type = ""] = pattern["detail-type"] as string[];
    const detail = Object.entries((pattern.detail ?? {}) as Record<string, string[]>);
    await stage.emit(type, Object.fromEntries(detail.map(([field, values]) => [field, values.at(-1)])));
  }
  return unheard.map(({ name }) => name);
}

function isOfBackups({ source }: EventPattern): boolean {
  return (source as string[] | undefined)?.includes("aws.backup") ?? false;
}
