import { CloudWatchLogsClient, paginateFilterLogEvents } from "@aws-sdk/client-cloudwatch-logs";
import { clientSettings } from "../../../../infra/aws-client.ts";
import type { ServerLine } from "../../../../infra/host/answers/metrics.ts";
import type { Clock } from "../../../clock.ts";
import { KnownFailed } from "../../known-failed.ts";
import type { MetricSecond, TrackCounts, Weights } from "../../platform.ts";
import { addServerSecond } from "./server-line.ts";

export interface ServerSecondsOptions {
  region: string;
  clock: Clock;
  /** The log group of what servers count by the second (infra/watch/logs.ts). */
  logGroup: string;
  /** A request that takes longer is slow. */
  limitMs: number;
}

/** CloudWatch Logs answers an account a few such questions a second (User Guide, "quotas": FilterLogEvents). */
const EVERY_MS = 2_000;
/** A line may be there so much later than another that was written after it. */
const LATE_MS = 30_000;
/** Servers tell every two seconds, also when nothing was asked: one that is silent for so long is gone, or can't tell. */
const SILENT_MS = 15_000;
/** What was told so long ago isn't asked for again. */
const KEPT_SECONDS = 120;

/** What one server has told. */
interface Teller {
  track: string;
  from: number;
  through: number;
  /** When its newest line was written, in milliseconds since the epoch. */
  heardAt: number;
  ended: boolean;
}

/** What the servers have told by the second. */
export interface ToldBySecond {
  seconds: MetricSecond[];
  /** The first second that not all servers have told; less than was asked for where they have told nothing. */
  through: number;
  /** The first second that they have told. */
  from: number;
}

/**
 * What the tracks served by their servers' own count, seconds after it happened. Each server says until when it has told all, so
 * that a second counts once every server has told it; a server that is silent is waited for only a while.
 *
 * Read from the log and not as metrics: see docs/signals.md for what either costs and how late it is.
 */
export class ServerSeconds {
  readonly #client: CloudWatchLogsClient;
  readonly #options: ServerSecondsOptions;
  readonly #tellers = new Map<string, Teller>();
  readonly #seconds = new Map<number, Record<string, TrackCounts>>();
  /** Lines that were read, by id, with their time. */
  readonly #known = new Map<string, number>();
  /** Clients that had an error, as each server counts them too. */
  readonly #failed = new KnownFailed();
  #from = Number.POSITIVE_INFINITY;
  #readAt = Number.NEGATIVE_INFINITY;
  #newest = 0;
  /** What comes for an earlier second is put into this one: the earlier ones have been told. */
  #told = 0;

  constructor(options: ServerSecondsOptions) {
    this.#options = options;
    this.#client = new CloudWatchLogsClient(clientSettings(options.region));
  }

  /**
   * @param weights the tracks with users: a second counts once each of them has told it
   * @throws when the log can't be read
   */
  async since(epochSecond: number, weights: Weights): Promise<ToldBySecond> {
    if (epochSecond < this.#from) this.#begin(epochSecond);
    const now = this.#options.clock.now();
    if (now - this.#readAt >= EVERY_MS) {
      await this.#read();
      this.#readAt = now;
    }
    const tracks = Object.keys(weights).filter((track) => (weights[track] ?? 0) > 0);
    if (tracks.length === 0) return { seconds: [], through: epochSecond, from: epochSecond };
    const through = Math.min(...tracks.map((track) => this.#throughOf(track, now)));
    const from = Math.max(...tracks.map((track) => this.#fromOf(track)));
    const seconds: MetricSecond[] = [];
    for (const [at, counts] of this.#seconds)
      if (at >= epochSecond && at < through) seconds.push({ epochSecond: at, tracks: counts });
    this.#told = Math.max(this.#told, Math.min(through, Math.floor(now / 1000)));
    for (const at of this.#seconds.keys()) if (at < epochSecond - KEPT_SECONDS) this.#seconds.delete(at);
    this.#from = Math.max(this.#from, epochSecond - KEPT_SECONDS);
    return { seconds: seconds.sort((a, b) => a.epochSecond - b.epochSecond), through, from };
  }

  #begin(epochSecond: number): void {
    this.#from = epochSecond;
    this.#tellers.clear();
    this.#seconds.clear();
    this.#known.clear();
    this.#failed.clear();
    this.#newest = 0;
    this.#told = 0;
    this.#readAt = Number.NEGATIVE_INFINITY;
  }

  async #read(): Promise<void> {
    const startTime = Math.max(this.#from * 1000, this.#newest - LATE_MS);
    const { logGroup: logGroupName } = this.#options;
    for await (const { events = [] } of paginateFilterLogEvents(
      { client: this.#client },
      { logGroupName, startTime },
    ))
      for (const { eventId = "", timestamp = 0, logStreamName = "", message = "" } of events) {
        if (this.#known.has(eventId)) continue;
        this.#known.set(eventId, timestamp);
        this.#newest = Math.max(this.#newest, timestamp);
        this.#take(logStreamName, timestamp, message);
      }
    for (const [id, at] of this.#known) if (at < this.#newest - 2 * LATE_MS) this.#known.delete(id);
  }

  /** @param stream `TRACK/INSTANCE` */
  #take(stream: string, writtenAt: number, message: string): void {
    const line = parsed(message);
    const [track, server] = stream.split("/");
    if (!line || !track || !server) return;
    const known = this.#tellers.get(stream) ?? {
      track,
      from: line.from,
      through: 0,
      heardAt: 0,
      ended: false,
    };
    known.from = Math.min(known.from, line.from);
    known.through = Math.max(known.through, line.through);
    known.heardAt = Math.max(known.heardAt, writtenAt);
    known.ended ||= line.ended === true;
    this.#tellers.set(stream, known);
    for (const [second, counts] of Object.entries(line.seconds)) {
      const at = Math.max(Number(second), this.#told);
      if (at < this.#from) continue;
      const tracks = this.#seconds.get(at) ?? {};
      this.#seconds.set(at, tracks);
      tracks[track] = addServerSecond(tracks[track], counts, {
        server,
        began: line.began ?? Number(second),
        hasFailed: (client) => this.#failed.take(`${track} ${client}`, true, Number(second)),
        limitMs: this.#options.limitMs,
      });
    }
  }

  #throughOf(track: string, now: number): number {
    const all = [...this.#tellers.values()].filter((each) => each.track === track);
    const live = all.filter(({ heardAt, ended }) => !ended && now - heardAt < SILENT_MS);
    if (live.length > 0) return Math.min(...live.map(({ through }) => through));
    return Math.max(Number.NEGATIVE_INFINITY, ...all.map(({ through }) => through));
  }

  #fromOf(track: string): number {
    const all = [...this.#tellers.values()].filter((each) => each.track === track);
    return Math.min(...all.map(({ from }) => from));
  }
}

function parsed(message: string): ServerLine | undefined {
  try {
    const line = JSON.parse(message) as ServerLine;
    return typeof line.through === "number" && typeof line.seconds === "object" ? line : undefined;
  } catch {
    return undefined;
  }
}
