import { readdirSync } from "node:fs";
import { join } from "node:path";
import { WARM_UP_SECONDS } from "../../../../infra/settings/warming.ts";
import { edgeOf } from "../../../analysis/latency/times.ts";
import {
  addServer,
  addSlow,
  addTally,
  NO_SESSIONS,
  NO_TALLY,
  type ServerCounts,
} from "../../../core/verdict.ts";
import type { SessionCounts, Tally, TrackCounts, Way } from "../../platform.ts";
import { Tail } from "../machine/tail.ts";
import { answerIn, type LoggedAnswer } from "../servers/answers.ts";
import { FailedClients, Repeats, SlowRepeats } from "./repeats.ts";

/** What one track's servers answered in one second, by their own logs. */
export interface LoggedSecond {
  epochSecond: number;
  track: string;
  counts: TrackCounts;
  /** Clients that were answered otherwise than most, of those that asked. */
  ways?: Partial<Record<Way, Tally>>;
}

/** A server's log is named after it. */
const LOG = ".access.log";
/** What is told of clients: each counts once in so many seconds, so that a bot's thousand 404s are one. */
const ONCE_SECONDS = 600;
const CLASSES = { "3xx": 300, "4xx": 400 } as const;
type Class = keyof typeof CLASSES;
/** Too many requests: said of the client, not of the version. */
const LIMITED = 429;

/** The clients that asked, and those of them that were answered so. */
type Clients = Record<Class, { all: Set<string>; so: Set<string> }>;

/** What one server answered, counted up in place: a log has millions of lines. */
type OwnCounts = ServerCounts & { times: Record<string, number> };

type Counting = Omit<LoggedSecond, "ways"> & { ways: Clients; servers: Record<string, OwnCounts> };

/** Now and then those whose time is over are forgotten. */
const MOST_TOLD = 10_000;

function noClients(): Clients {
  const none = () => ({ all: new Set<string>(), so: new Set<string>() });
  return { "3xx": none(), "4xx": none() };
}

function addVisit({ session }: LoggedAnswer, counts: TrackCounts): void {
  if (session === undefined) return;
  counts.sessions ??= { ...NO_SESSIONS };
  if (Object.hasOwn(counts.sessions, session)) counts.sessions[session as keyof SessionCounts] += 1;
}

/** nginx tells milliseconds. */
function msOf({ seconds }: LoggedAnswer): number | undefined {
  return seconds === undefined ? undefined : Math.round(seconds * 1000);
}

function talliesOf(clients: Clients): Partial<Record<Way, Tally>> {
  return Object.fromEntries(
    Object.entries(clients).map(([name, { all, so }]) => [name, { bad: so.size, total: all.size }]),
  );
}

/**
 * The access logs of all the servers of a stack, each read on from where it was read to. A line is one answer (see
 * servers/answers.ts), and belongs to the second in which the answer was whole.
 */
export class AccessLogReader {
  readonly #folder: string;
  readonly #slowMs: number;
  readonly #tail = new Tail();
  readonly #repeats = new Repeats();
  readonly #slowRepeats = new SlowRepeats();
  readonly #failed = new FailedClients();
  /** When each server answered its first request of a user, in seconds since the epoch. */
  readonly #began = new Map<string, number>();
  /** Clients that were counted, by class and track, and until when that is enough. */
  readonly #told = new Map<string, number>();

  /** @param slowMs a longer answer is slow, in milliseconds */
  constructor(folder: string, slowMs: number) {
    this.#folder = folder;
    this.#slowMs = slowMs;
  }

  /** What was written since the last call, added up by second and track. */
  read(): LoggedSecond[] {
    const seconds = new Map<string, Counting>();
    for (const name of readdirSync(this.#folder)) {
      if (!name.endsWith(LOG)) continue;
      const server = name.slice(0, -LOG.length);
      this.#tail.read(join(this.#folder, name), (line) => this.#add(line, server, seconds));
    }
    return [...seconds.values()].map(({ ways, servers, counts, ...second }) => {
      const { slow, times, repeatedSlow, slowSessions } =
        Object.values<ServerCounts>(servers).reduce(addServer);
      const bySession = { ...(repeatedSlow && { repeatedSlow }), ...(slowSessions && { slowSessions }) };
      return {
        ...second,
        counts: { ...counts, slow, times, servers, ...bySession },
        ways: talliesOf(ways),
      };
    });
  }

  #add(line: string, server: string, seconds: Map<string, Counting>): void {
    const answer = answerIn(line);
    if (!answer) return;
    const epochSecond = Math.floor(Date.parse(answer.time) / 1000);
    const { track } = answer;
    const key = `${epochSecond} ${track}`;
    let second = seconds.get(key);
    if (!second) {
      const counts = { requests: 0, errors: 0, slow: 0 };
      second = { epochSecond, track, counts, ways: noClients(), servers: {} };
      seconds.set(key, second);
    }
    second.counts.requests += 1;
    if (answer.status >= 500) second.counts.errors += 1;
    this.#addServer(server, answer, second.servers, epochSecond);
    addVisit(answer, second.counts);
    this.#addRepeated(answer, second.counts, epochSecond);
    if (!this.#failed.take(answer, epochSecond)) {
      const bad = answer.status >= 500 ? 1 : 0;
      second.counts.clients = addTally(second.counts.clients ?? NO_TALLY, { bad, total: 1 });
    }
    this.#addClient(answer, epochSecond, second.ways);
  }

  #isSlow({ seconds = 0 }: LoggedAnswer): boolean {
    return seconds * 1000 > this.#slowMs;
  }

  #addServer(
    server: string,
    answer: LoggedAnswer,
    servers: Record<string, OwnCounts>,
    epochSecond: number,
  ): void {
    const began = this.#began.get(server) ?? epochSecond;
    this.#began.set(server, began);
    servers[server] ??= { began, requests: 0, slow: 0, times: {} };
    const own = servers[server];
    const isSlow = this.#isSlow(answer);
    own.requests += 1;
    own.slow += isSlow ? 1 : 0;
    const ms = msOf(answer);
    if (ms !== undefined) {
      const edge = edgeOf(ms);
      own.times[edge] = (own.times[edge] ?? 0) + 1;
    }
    // What a new server may be slow with is known of nobody afterwards: it would be no witness of a candidate that stays slow.
    if (epochSecond >= began + WARM_UP_SECONDS)
      Object.assign(own, addSlow(own, this.#slowRepeats.take(answer, isSlow, epochSecond)));
  }

  #addRepeated(answer: LoggedAnswer, counts: TrackCounts, epochSecond: number): void {
    if (!this.#repeats.take(answer, epochSecond)) return;
    counts.repeated = addTally(counts.repeated ?? NO_TALLY, { bad: answer.status >= 500 ? 1 : 0, total: 1 });
  }

  #addClient({ track, address, status }: LoggedAnswer, now: number, ways: Clients): void {
    if (address === undefined || status === LIMITED) return;
    for (const [name, from] of Object.entries(CLASSES) as [Class, number][]) {
      const key = `${name} ${track} ${address}`;
      if ((this.#told.get(key) ?? 0) > now) continue;
      ways[name].all.add(address);
      if (status < from || status >= from + 100) continue;
      ways[name].so.add(address);
      this.#told.set(key, now + ONCE_SECONDS);
    }
    if (this.#told.size > MOST_TOLD) this.#forget(now);
  }

  #forget(now: number): void {
    for (const [key, until] of this.#told) if (until <= now) this.#told.delete(key);
  }
}
