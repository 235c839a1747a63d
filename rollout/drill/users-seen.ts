import type { UsersSecond } from "./record.ts";
import type { Fate } from "./traffic.ts";

/** What users got, by the second in which their requests were due; a second without any is left out. */
export function usersSeen(fates: readonly Fate[]): UsersSecond[] {
  const bySecond = Map.groupBy(fates, ({ dueAt }) => Math.floor(dueAt / 1000) * 1000);
  return [...bySecond]
    .map(([at, those]) => ({
      at,
      requests: those.length,
      lost: those.filter(({ lost }) => lost).length,
      slowestMs: Math.round(Math.max(...those.map(({ latencyMs }) => latencyMs))),
    }))
    .sort((a, b) => a.at - b.at);
}
