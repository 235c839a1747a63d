import { given } from "../../../../infra/sure.ts";
import { addTimes } from "../../../analysis/latency/times.ts";
import type { CounterGate } from "../../../core/plan.ts";
import { addServer, addSessions, addTally } from "../../../core/verdict.ts";
import type {
  MetricSecond,
  ServerCounts,
  SessionCounts,
  Tally,
  Metrics as Told,
  TrackCounts,
} from "../../platform.ts";
import { WaitingTallies } from "../../waiting-tallies.ts";
import { AccessLogReader, type LoggedSecond } from "./access-logs.ts";
import { type Answered, BalancerCounts } from "./balancer-counts.ts";
import { addTallies, type CountedSecond, CounterLogs, type Tallies } from "./counter-logs.ts";
import { recorded } from "./recorded.ts";
import { type KeptSecond, SecondsFile } from "./seconds-file.ts";

export interface RehearsalMetricsOptions {
  /** HAProxy's runtime API. */
  socket: string;
  /** The folder of the servers' access logs. */
  logs: string;
  /** Where measured seconds are kept. */
  file: string;
  /** A longer answer is slow, in milliseconds. */
  slowMs: number;
  /** What the applications count, by the gate's name. */
  counters?: Readonly<Record<string, CounterGate>>;
  /** Told, once, that measured seconds can't be kept on the disk. */
  say?: (line: string) => void;
}

/** After a second's end, so that its last answers are in the logs. */
const SETTLE_MS = 100;

/**
 * Counts for each second and track: answers and errors from the balancer's counters, slow answers from the servers' logs,
 * and what the applications count from theirs. Measuring starts with the first question and goes on by itself. For seconds
 * before that, which nobody measured, the logs tell all of it.
 */
export class RehearsalMetrics {
  readonly #balancer: BalancerCounts;
  readonly #logs: AccessLogReader;
  readonly #counters: CounterLogs;
  readonly #file: SecondsFile;
  readonly #now: () => number;
  #seconds: MetricSecond[] = [];
  #measuredTo: number | undefined;
  /** Slow answers that are logged and not yet in a second. */
  readonly #slow = new Map<string, number>();
  /** Requests of sessions that had an error before, likewise. */
  readonly #repeated = new WaitingTallies();
  readonly #repeatedSlow = new WaitingTallies();
  #working: Promise<void> | undefined;
  #failure: Error | undefined;
  readonly #say: (line: string) => void;
  /** Measured seconds that aren't in the file yet. */
  #unkept: KeptSecond[] = [];

  constructor(
    { socket, logs, file, slowMs, counters = {}, say = () => {} }: RehearsalMetricsOptions,
    now: () => number = Date.now,
  ) {
    this.#balancer = new BalancerCounts(socket, slowMs, logs);
    this.#logs = new AccessLogReader(logs, slowMs);
    this.#counters = new CounterLogs(logs, counters);
    this.#file = new SecondsFile(file);
    this.#now = now;
    this.#say = say;
  }

  /**
   * Complete seconds since the given one, oldest first. A second that nobody could measure is left out.
   *
   * @throws while balancer or logs can't be read: that is not the same as counts of nothing
   */
  async since(epochSecond: number): Promise<Told> {
    await this.#measure();
    if (this.#failure) throw this.#failure;
    return {
      seconds: this.#seconds.slice(
        this.#seconds.findLastIndex((second) => second.epochSecond < epochSecond) + 1,
      ),
      through: given(this.#measuredTo, "measured second") + 1,
    };
  }

  /** One measurement at a time: a question during one waits for it. */
  #measure(): Promise<void> {
    this.#working ??= this.#take().finally(() => {
      this.#working = undefined;
    });
    return this.#working;
  }

  async #take(): Promise<void> {
    const second = Math.floor((this.#now() - SETTLE_MS) / 1000) - 1;
    if (this.#measuredTo !== undefined && second <= this.#measuredTo) return;
    try {
      await this.#takeTo(second);
      this.#failure = undefined;
    } catch (error) {
      this.#failure = error as Error;
    }
  }

  async #takeTo(second: number): Promise<void> {
    const answered = await this.#balancer.take();
    const logged = this.#logs.read();
    const counted = this.#counters.read();
    if (answered === undefined || this.#measuredTo === undefined) this.#begin(logged, counted, second);
    else this.#end(second, this.#measuredTo + 1, answered, logged, counted);
    this.#measuredTo = second;
  }

  /** What others have measured, and what the logs have of the seconds that nobody did. */
  #begin(logged: LoggedSecond[], counted: CountedSecond[], last: number): void {
    const isOver = ({ epochSecond }: { epochSecond: number }) => epochSecond <= last;
    this.#seconds = recorded(this.#file.read(), logged.filter(isOver), counted.filter(isOver));
    this.#tick();
  }

  /** After a pause of several seconds their counts are all put into the last second: when they came is not known. */
  #end(
    epochSecond: number,
    from: number,
    answered: Record<string, Answered>,
    logged: LoggedSecond[],
    counted: CountedSecond[],
  ): void {
    for (const { track, counts } of logged) this.#wait(track, counts);
    const tracks = Object.fromEntries(
      Object.entries(answered).map(([track, { requests, errors, unfinished, cut }]) => {
        const slow = this.#takeSlow(track, requests);
        const counts: TrackCounts = {
          ...{ requests, errors, slow },
          ways: {
            ...clientsOf(logged, track),
            unfinished: { bad: unfinished, total: requests + unfinished },
            cut: { bad: cut, total: requests + cut },
          },
          ...countersOf(counted, track),
          ...sessionsOf(logged, track),
          ...timesOf(logged, track),
          ...serversOf(logged, track),
          ...talliedOf("clients", logged, track),
          ...talliedOf("slowSessions", logged, track),
          ...repeatedIn("repeated", this.#repeated.take(track, { requests, bad: errors })),
          ...repeatedIn("repeatedSlow", this.#repeatedSlow.take(track, { requests, bad: slow })),
        };
        return [track, counts] as const;
      }),
    );
    const second: KeptSecond = { epochSecond, from, tracks };
    this.#seconds.push(second);
    this.#keep(second);
  }

  /** What isn't kept is judged all the same: on a full disk a rollout goes on watching. */
  #keep(second: KeptSecond): void {
    const isNews = this.#unkept.length === 0;
    this.#unkept.push(second);
    try {
      for (; this.#unkept[0]; this.#unkept.shift()) this.#file.append(this.#unkept[0]);
    } catch (error) {
      if (isNews)
        this.#say(`what is measured can't be kept (${(error as Error).message}); it is judged all the same`);
    }
  }

  /**
   * The log and the balancer may count one answer in two different seconds. So slow answers beyond the number of
   * answers wait for the next second.
   */
  #takeSlow(track: string, requests: number): number {
    const waiting = this.#slow.get(track) ?? 0;
    const taken = Math.min(waiting, requests);
    this.#slow.set(track, waiting - taken);
    return taken;
  }

  #wait(track: string, { slow, repeated, repeatedSlow }: TrackCounts): void {
    this.#slow.set(track, (this.#slow.get(track) ?? 0) + slow);
    if (repeated) this.#repeated.add(track, repeated);
    if (repeatedSlow) this.#repeatedSlow.add(track, repeatedSlow);
  }

  #tick(): void {
    const now = this.#now();
    const wait = 1000 - (now % 1000) + SETTLE_MS + 2;
    // Doesn't keep the process alive.
    setTimeout(() => void this.#measure().finally(() => this.#tick()), wait).unref();
  }
}

/** Of what was logged since the second before. */
function clientsOf(logged: LoggedSecond[], track: string): Tallies {
  const mine = logged.filter((each) => each.track === track);
  return mine.reduce<Tallies>((sum, { ways }) => addTallies(sum, (ways ?? {}) as Tallies), {});
}

/** Of what was logged since the second before, as the answers are. */
function sessionsOf(logged: LoggedSecond[], track: string): { sessions?: SessionCounts } {
  const mine = logged.flatMap(({ track: of, counts: { sessions } }) =>
    of === track && sessions ? [sessions] : [],
  );
  return mine.length === 0 ? {} : { sessions: mine.reduce(addSessions) };
}

/** Likewise: how long those took that are in the log. */
function timesOf(logged: LoggedSecond[], track: string): Pick<TrackCounts, "times"> {
  const mine = logged.flatMap(({ track: of, counts: { times } }) => (of === track && times ? [times] : []));
  return mine.length === 0 ? {} : { times: mine.reduce((sum, times) => addTimes(sum, times)) };
}

/** Of what was logged since the second before, likewise. */
function serversOf(logged: LoggedSecond[], track: string): Pick<TrackCounts, "servers"> {
  const servers: Record<string, ServerCounts> = {};
  for (const { track: of, counts } of logged) {
    if (of !== track) continue;
    for (const [name, own] of Object.entries(counts.servers ?? {}))
      servers[name] = addServer(servers[name], own);
  }
  return Object.keys(servers).length === 0 ? {} : { servers };
}

/** Likewise. What no server has answered isn't among them. */
function talliedOf(
  name: "clients" | "slowSessions",
  logged: LoggedSecond[],
  track: string,
): Partial<TrackCounts> {
  const mine = logged.flatMap(({ track: of, counts: { [name]: tally } }) =>
    of === track && tally ? [tally] : [],
  );
  return mine.length === 0 ? {} : { [name]: mine.reduce(addTally) };
}

function repeatedIn(name: "repeated" | "repeatedSlow", tally: Tally | undefined): Partial<TrackCounts> {
  return tally ? { [name]: tally } : {};
}

/** What was written since the second before: a line may be a moment late, none is lost. */
function countersOf(counted: CountedSecond[], track: string): { counters?: Tallies } {
  const mine = counted.filter((each) => each.track === track);
  if (mine.length === 0) return {};
  return { counters: mine.reduce<Tallies>((sum, { counters }) => addTallies(sum, counters), {}) };
}
