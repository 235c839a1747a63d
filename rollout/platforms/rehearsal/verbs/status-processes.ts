import { PROCESS_COUNTS } from "../../../../infra/host/processes/metrics.ts";
import { nextTime } from "../../../../infra/settings/schema/processes/schedule.ts";
import { jobsFile, jobsFrom, memoryIn } from "../jobs/order.ts";
import { textIn } from "../machine/files.ts";
import { isRunning } from "../machine/processes.ts";
import type { Ledger, ProcessRecord, Runs } from "../machine/state.ts";

/** What the app runs besides its web servers: a worker on a track, or a job of the stack. Moments are in ISO 8601. */
export type ProcessStatus = WorkerStatus | JobStatus;

interface WorkerStatus {
  name: string;
  kind: "worker";
  track: string;
  version: string;
  /** How many run, and of those that ended the track's work and finish what they hold. */
  running: number;
  ending: number;
  /** When the first of them was started. */
  since: string;
  /** How often those that run were started again after they had ended by themselves. */
  restarts: number;
}

interface JobStatus {
  name: string;
  kind: "job";
  /** Whose version the next run is of; empty: no track is stable. */
  track: string;
  /** Undefined while no server of the track is there. */
  version: string | undefined;
  schedule: string;
  /** Since when it runs; undefined: it doesn't now. */
  since: string | undefined;
  /** When it runs next; a moment that has passed: it waits for its turn. */
  next: string;
}

/** By the ledger and the jobs' own memory, sorted by name and track. */
export function processStatuses(ledger: Ledger): ProcessStatus[] {
  return [...workersOf(ledger), ...jobsOf(ledger)].toSorted((one, other) =>
    `${one.name} ${one.track}` < `${other.name} ${other.track}` ? -1 : 1,
  );
}

type Running = ProcessRecord & { runs: Runs };

function runningOf({ state }: Ledger, kind: Runs["kind"]): Running[] {
  return Object.values(state.processes).filter(
    (record): record is Running => record.runs?.kind === kind && isRunning(record),
  );
}

function workersOf(ledger: Ledger): WorkerStatus[] {
  const alike = Map.groupBy(
    runningOf(ledger, "worker"),
    ({ runs }) => `${runs.name} ${runs.track} ${runs.version}`,
  );
  return [...alike.values()].map((records): WorkerStatus => {
    const { name, track, version } = (records[0] as Running).runs;
    return {
      ...{ name, kind: "worker", track, version },
      running: records.filter(({ runs }) => !runs.ending).length,
      ending: records.filter(({ runs }) => runs.ending).length,
      since: records.map(({ runs }) => runs.since).toSorted()[0] as string,
      restarts: records.reduce((sum, record) => sum + restartsOf(record), 0),
    };
  });
}

/** By the lines that its supervisor writes; those of an earlier one are in the same log. */
function restartsOf({ log, runs }: Running): number {
  const began = Math.floor(Date.parse(runs.since) / 1000) * 1000;
  const times = [...(textIn(log) ?? "").matchAll(RESTART)].map(([, at]) => Number(at));
  return times.filter((at) => at >= began).length;
}

const RESTART = new RegExp(`^\\{"_aws":\\{"Timestamp":(\\d+),.*"${PROCESS_COUNTS.restarts}":1`, "gm");

function jobsOf(ledger: Ledger): JobStatus[] {
  const file = jobsFile(ledger.place);
  if (textIn(file) === undefined) return [];
  const memory = memoryIn(file);
  const running = runningOf(ledger, "job");
  return jobsFrom(file)().jobs.map(({ name, schedule, tracks }): JobStatus => {
    const { ran, since } =
      memory[name]?.schedule === schedule ? memory[name] : { ran: Date.now(), since: Date.now() };
    return {
      ...{ name, kind: "job", schedule, track: tracks.join(",") },
      version: ledger.state.servers.find(({ track }) => tracks.includes(track))?.version,
      since: running.find(({ runs }) => runs.name === name)?.runs.since,
      next: new Date(nextTime(schedule, ran, since)).toISOString(),
    };
  });
}
