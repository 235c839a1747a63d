import { existsSync } from "node:fs";
import { join } from "node:path";
import { milliseconds } from "../../../infra/settings/duration.ts";
import { once } from "../../check/once.ts";
import type { MetricSecond } from "../../core/verdict.ts";
import { drillFiles } from "../../drill/record.ts";
import { listBackups } from "../../platforms/rehearsal/backups/repository.ts";
import { storeOf } from "../../platforms/rehearsal/backups/store.ts";
import { prepareChange } from "../../platforms/rehearsal/prepare.ts";
import { AccessLogs } from "../../platforms/rehearsal/rollout/access-logs.ts";
import { FileJournal } from "../../platforms/rehearsal/rollout/journal.ts";
import { SecondsFile } from "../../platforms/rehearsal/rollout/seconds-file.ts";
import { type Place, placeOf } from "../../platforms/rehearsal/state.ts";
import type { Sources, Traffic } from "../sources.ts";
import { answerTimes, percentilesOf } from "./answers.ts";
import { type Common, commonSources } from "./common.ts";
import { addedUp } from "./seconds.ts";

/** What a rehearsal has written: all but the backups can be read when it is down, until it is up again. */
export function rehearsalSources(common: Common): Sources {
  const { stack, projectDir, settings, graph } = common;
  const place = placeOf(stack, join(projectDir, ".rehearsal"));
  const slowMs = milliseconds(settings.plan.gates.latency.p95);
  // The logs are read once for all stretches of time.
  const all = once(async () => secondsIn(place, slowMs));
  const journalFolder = join(place.logs, "rollout", "journal");
  return {
    ...commonSources(common),
    async entries() {
      if (!existsSync(journalFolder)) return [];
      return (await new FileJournal(journalFolder, join(journalFolder, "unused.lock")).read()).entries;
    },
    seconds: async (from, to) => within(await all(), from, to),
    async traffic(from, to): Promise<Traffic> {
      const known = await all();
      const times = answerTimes(place.logs, from, to);
      const { tracks, hours } = addedUp(within(known, from, to));
      const first = known[0] && known[0].epochSecond * 1000;
      if (first === undefined) throw new Error("this machine has no figures of the stack");
      return {
        tracks: Object.fromEntries(
          Object.entries(tracks).map(([name, counts]) => [
            name,
            { ...counts, latency: percentilesOf(times.get(name) ?? []) },
          ]),
        ),
        hours,
        ...(first > from && { since: first }),
      };
    },
    async backups() {
      const room = await prepareChange({ stack, projectDir, capture: graph }, place);
      const backups = await listBackups(storeOf(room));
      return {
        everyHours: settings.database.backupEveryHours,
        backups: backups.map(({ label, stop, name }) => ({ id: label, at: stop, ...(name && { name }) })),
      };
    },
    drills: () => drillFiles(place.folder).read(),
    async alarms() {
      throw new Error("a rehearsal keeps no history of its alarms");
    },
  };
}

/** What was measured at the balancer, and for the seconds that nobody measured what the servers' logs tell. Oldest first. */
function secondsIn({ logs }: Place, slowMs: number): MetricSecond[] {
  if (!existsSync(logs)) return [];
  const measured = new SecondsFile(join(logs, "rollout", "seconds.ndjson")).read();
  const covered = new Set<number>();
  for (const { from, epochSecond } of measured)
    for (let second = from; second <= epochSecond; second++) covered.add(second);
  const logged = new Map<number, MetricSecond & { tracks: Record<string, MetricSecond["tracks"][string]> }>();
  for (const { epochSecond, track, counts } of new AccessLogs(logs, slowMs).read()) {
    if (covered.has(epochSecond)) continue;
    const second = logged.get(epochSecond) ?? { epochSecond, tracks: {} };
    second.tracks[track] = counts;
    logged.set(epochSecond, second);
  }
  return [...measured, ...logged.values()].sort((a, b) => a.epochSecond - b.epochSecond);
}

function within(seconds: MetricSecond[], from: number, to: number): MetricSecond[] {
  return seconds.filter(({ epochSecond }) => epochSecond * 1000 >= from && epochSecond * 1000 < to);
}
