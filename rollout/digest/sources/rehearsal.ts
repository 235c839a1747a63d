import { existsSync } from "node:fs";
import { join } from "node:path";
import { milliseconds } from "../../../infra/settings/duration.ts";
import { once } from "../../check/once.ts";
import { drillFiles } from "../../drill/drill-files.ts";
import { listBackups } from "../../platforms/rehearsal/backups/repository.ts";
import { storeOf } from "../../platforms/rehearsal/backups/store.ts";
import { presentEntries } from "../../platforms/rehearsal/journal/past.ts";
import { type Place, placeOf } from "../../platforms/rehearsal/machine/state.ts";
import { AccessLogReader, type LoggedSecond } from "../../platforms/rehearsal/rollout/access-logs.ts";
import { recorded } from "../../platforms/rehearsal/rollout/recorded.ts";
import { type KeptSecond, SecondsFile } from "../../platforms/rehearsal/rollout/seconds-file.ts";
import { prepareChange } from "../../platforms/rehearsal/verbs/prepare.ts";
import type { DigestSources, TrafficFacts } from "../sources.ts";
import { answerTimes, percentilesOf } from "./answers.ts";
import { commonSources, type DigestSourceOptions } from "./common.ts";
import { addedUp } from "./seconds.ts";

/** What a rehearsal has written: all but the backups can be read when it is down, until it is up again. */
export function rehearsalSources(common: DigestSourceOptions): DigestSources {
  const { stack, projectDir, settings, graph } = common;
  const place = placeOf(stack, join(projectDir, ".rehearsal"));
  const slowMs = milliseconds(settings.plan.gates.latency.p95);
  // The logs are read once for all stretches of time.
  const all = once(async () => written(place, slowMs));
  return {
    ...commonSources(common),
    entries: () => presentEntries(place.logs),
    async seconds(from, to) {
      const { logged, measured } = await all();
      return within(recorded(measured, logged), from, to);
    },
    async traffic(from, to): Promise<TrafficFacts> {
      const { logged, measured } = await all();
      const first = Math.min(
        logged.reduce((least, { epochSecond }) => Math.min(least, epochSecond), Number.POSITIVE_INFINITY),
        measured[0]?.from ?? Number.POSITIVE_INFINITY,
      );
      if (first === Number.POSITIVE_INFINITY) throw new Error("this machine has no figures of the stack");
      const times = answerTimes(place.logs, from, to);
      const { tracks, hours } = addedUp(within(logged, from, to), within(measured, from, to));
      return {
        tracks: Object.fromEntries(
          Object.entries(tracks).map(([name, counts]) => [
            name,
            { ...counts, latency: percentilesOf(times.get(name) ?? []) },
          ]),
        ),
        hours,
        ...(first * 1000 > from && { since: first * 1000 }),
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

interface Written {
  /** What the servers' logs tell. */
  logged: LoggedSecond[];
  /** What was measured at the balancer, while somebody did. Oldest first. */
  measured: KeptSecond[];
}

function written({ logs }: Place, slowMs: number): Written {
  if (!existsSync(logs)) return { logged: [], measured: [] };
  const measured = new SecondsFile(join(logs, "rollout", "seconds.ndjson")).read();
  return { logged: new AccessLogReader(logs, slowMs).read(), measured };
}

function within<T extends { epochSecond: number }>(seconds: readonly T[], from: number, to: number): T[] {
  return seconds.filter(({ epochSecond }) => epochSecond * 1000 >= from && epochSecond * 1000 < to);
}
