import type { MetricAlarm, MetricId } from "../../alarms/model.ts";
import { queriesOf } from "../../alarms/model.ts";
import { keyOf } from "../../alarms/store.ts";
import type { Stage } from "./stage.ts";

/** Puts a figure in place of a metric's own: beyond the threshold of the alarm that looks at it, or well within. */
export function feed(stage: Stage, alarm: MetricAlarm, breaching: boolean): void {
  const { threshold, comparison } = alarm;
  const distance = Math.max(1, Math.abs(threshold) / 2);
  const isHigh = comparison.startsWith("Greater") === breaching;
  // Nothing at all is within whatever is summed up.
  const low = breaching ? Math.max(0, threshold - distance) : 0;
  const value = isHigh ? threshold + distance : low;
  for (const { metric } of queriesOf(alarm)) stage.fed.set(keyOf(metric), { metric, value });
}

/** Alarms on what isn't played at all: the cache's second node. Nothing here sends its metrics. */
export function unplayed(stage: Stage): MetricAlarm[] {
  const isUnplayed = ({ dimensions }: MetricId) => /-00[2-9]$/.test(dimensions.CacheClusterId ?? "");
  return stage.captured.alarms.filter(
    (alarm): alarm is MetricAlarm =>
      alarm.kind === "metric" && queriesOf(alarm).some(({ metric }) => isUnplayed(metric)),
  );
}

/**
 * Makes an event for each rule that nothing here has brought about, such as a restore that failed.
 *
 * @returns the names of those rules
 */
export async function emitUnheard(stage: Stage): Promise<string[]> {
  const heard = new Set(stage.passedOn.map(({ rule }) => rule.name));
  const unheard = stage.rules.filter(({ name }) => !heard.has(name));
  for (const { pattern } of unheard) {
    const [type = ""] = pattern["detail-type"] as string[];
    const detail = Object.entries(pattern.detail ?? {}).map(([field, values]) => [field, values.at(-1)]);
    await stage.emit(type, Object.fromEntries(detail));
  }
  return unheard.map(({ name }) => name);
}
