import { PROCESS_COUNTS } from "../../../../infra/host/processes/metrics.ts";
import { nextTime } from "../../../../infra/settings/schema/processes/schedule.ts";
import { systemClock } from "../../../clock.ts";
import { retried } from "../../../waiting.ts";
import { Busy } from "../machine/errors.ts";
import { locked } from "../machine/lock.ts";
import { isRunning, start } from "../machine/processes.ts";
import { Ledger, placeOf, type ServerRecord } from "../machine/state.ts";
import { stop } from "../machine/stopping.ts";
import { countedLine } from "../servers/counted.ts";
import { processKey } from "../servers/keys.ts";
import { processStart } from "../servers/process-start.ts";
import { type JobMemory, type JobOrder, jobsFrom, memoryIn, writeMemory } from "./order.ts";

type OrderedJob = JobOrder["jobs"][number];

/** How long another command may be changing the stack: a job that is due meanwhile waits, as in its queue. */
const FREE_MS = 60 * 60_000;
/** How often a job that is due and isn't run is counted, as a queue's metric is. */
const COUNT_EVERY_MS = 20_000;
/** After a look in vain: another command is to get its turn. */
const PAUSE_MS = 1_000;

/** A job that runs, and its end: an exit code, a signal, or "unknown" of one that an earlier process started. */
interface Run {
  key: string;
  pid: number;
  end: Promise<number | string>;
}

/**
 * Runs jobs when they are due: each once for the stack, on one server of its track, never beside itself. One that couldn't
 * run at its time, as servers were replaced or it still ran, runs once as soon as it can. One whose server goes runs again.
 */
export class JobPlayer {
  readonly #file: string;
  readonly #order: () => JobOrder;
  readonly #say: (line: string) => void;
  readonly #stop: AbortSignal;
  readonly #memory: Record<string, JobMemory>;
  readonly #busy = new Set<string>();
  readonly #countedAt = new Map<string, number>();
  #turn = 0;

  /** @param say told what happens, a line each, and what is counted, in the embedded metric format */
  constructor(file: string, say: (line: string) => void, stop: AbortSignal) {
    this.#file = file;
    this.#order = jobsFrom(file);
    this.#say = say;
    this.#stop = stop;
    this.#memory = memoryIn(file);
  }

  /** Starts what is due. Returns at once. */
  look(): void {
    const now = Date.now();
    for (const job of this.#order().jobs) {
      const { schedule, since, ran } = this.#remembered(job, now);
      if (nextTime(schedule, ran, since) > now) continue;
      if (this.#busy.has(job.name)) {
        this.#countWaiting(job, now);
        continue;
      }
      this.#busy.add(job.name);
      void this.#whole(job.name)
        .catch((error: Error) => {
          if (this.#stop.aborted) return;
          this.#tell(job.name, error.message);
          return this.#pause();
        })
        .finally(() => this.#busy.delete(job.name));
    }
  }

  async #whole(name: string): Promise<void> {
    const run = await this.#whenFree(name, (ledger, job) => this.#begin(ledger, job));
    if (!run) return this.#pause();
    const began = Date.now();
    const since = performance.now();
    const end = await run.end;
    await this.#whenFree(name, async (ledger, job) => {
      // Whoever takes a server away takes what runs on it off the ledger, too.
      const stopped = ledger.state.processes[run.key]?.pid !== run.pid;
      if (stopped && end !== 0) return this.#tell(name, "cut short, runs again");
      if (!stopped) await stop(ledger, run.key);
      this.#remember(name, { ...this.#remembered(job, began), ran: began });
      const failed = end !== 0 && end !== "unknown";
      const count = failed ? PROCESS_COUNTS.failed : PROCESS_COUNTS.done;
      this.#say(countedLine(count, { Stack: ledger.state.stack, Process: name }));
      this.#tell(
        name,
        `${failed ? `failed (${end})` : "done"} after ${((performance.now() - since) / 1000).toFixed(1)} s`,
      );
    });
  }

  /** Undefined while no server is there. */
  async #begin(ledger: Ledger, job: OrderedJob): Promise<Run | undefined> {
    const { state } = ledger;
    for (const [key, record] of Object.entries(state.processes)) {
      if (record.runs?.kind !== "job" || record.runs.name !== job.name) continue;
      // What an earlier life of this process began.
      if (isRunning(record)) return { key, pid: record.pid, end: ended(() => isRunning(record), this.#stop) };
      await stop(ledger, key);
    }
    const servers = state.servers.filter(({ track }) => job.tracks.includes(track));
    if (servers.length === 0) return undefined;
    return this.#on(ledger, servers[this.#turn++ % servers.length] as ServerRecord, job);
  }

  #on(ledger: Ledger, server: ServerRecord, job: OrderedJob): Run {
    const { timeoutSeconds, stopSeconds } = job;
    const within = ["timeout", `--kill-after=${stopSeconds}`, String(timeoutSeconds)];
    const started = start(ledger, processStart(ledger.place, server, job.here, within));
    const key = processKey(server, job.name);
    this.#tell(job.name, `on ${server.id}, version ${server.version}`);
    return { key, pid: ledger.state.processes[key]?.pid ?? 0, end: started.exit };
  }

  #remembered({ name, schedule }: OrderedJob, now: number): JobMemory {
    const known = this.#memory[name];
    if (known?.schedule === schedule) return known;
    return this.#remember(name, { schedule, since: now, ran: now });
  }

  #remember(name: string, memory: JobMemory): JobMemory {
    this.#memory[name] = memory;
    writeMemory(this.#file, this.#memory);
    return memory;
  }

  #countWaiting({ name, queue }: OrderedJob, now: number): void {
    if (now - (this.#countedAt.get(name) ?? 0) < COUNT_EVERY_MS) return;
    this.#countedAt.set(name, now);
    const visible = "ApproximateNumberOfMessagesVisible";
    this.#say(countedLine(visible, { QueueName: queue }, { namespace: "AWS/SQS" }));
  }

  #pause(): Promise<void> {
    return systemClock.sleep(PAUSE_MS, this.#stop).catch(() => {});
  }

  #tell(name: string, what: string): void {
    this.#say(`${new Date().toISOString()} ${name}: ${what}`);
  }

  /** With the ledger and the order as they are then: a promotion may have come while it was waited for. */
  #whenFree<T>(
    name: string,
    work: (ledger: Ledger, job: OrderedJob) => T | Promise<T>,
  ): Promise<T | undefined> {
    const place = placeOf(this.#order().stack, this.#order().stateDir);
    const patience = { everyMs: 100, withinMs: FREE_MS, signal: this.#stop };
    return retried(
      patience,
      (error) => error instanceof Busy,
      () =>
        locked(place, async () => {
          const ledger = Ledger.open(place);
          const job = this.#order().jobs.find((each) => each.name === name);
          return ledger && job ? work(ledger, job) : undefined;
        }),
    );
  }
}

async function ended(isThere: () => boolean, signal: AbortSignal): Promise<"unknown"> {
  while (isThere()) await systemClock.sleep(200, signal);
  return "unknown";
}
