import { seededRandom } from "./random.ts";
import { type Arrivals, evenArrivals } from "./requests/arrivals.ts";
import { type Client, openClient, type Target } from "./requests/client.ts";
import { Mix } from "./requests/mix.ts";
import type { Shot, Shots } from "./requests/shot.ts";
import { TallyByTrack, type TrackTally } from "./tally.ts";

export interface LoadOptions extends Target {
  /** Requests a second, sent at even distances whatever becomes of the ones before. Unused with `arrivals`. */
  ratePerSecond: number;
  /** When requests are due, where that isn't at even distances. */
  arrivals?: Arrivals;
  /** What is sent; by default the {@link Mix} of the sample service's users. */
  shots?: Shots;
  /** Told what became of each request. */
  onOutcome?: (outcome: ShotResult) => void;
  /** The same seed gives the same requests in the same order. Default 1. */
  seed?: number;
  /** How many users take part, each with an address. Default 10 for each request a second: 6 requests a minute each. */
  users?: number;
  /** The most requests in flight; one that is due beyond counts as lost. Default 512. */
  maxInFlight?: number;
  /** How long one may take to connect, to its headers, to its end. Default 10 s. */
  timeoutMs?: number;
}

/** What became of one request. Times in milliseconds. */
export interface ShotResult {
  journey: string | undefined;
  track: string | undefined;
  /** Since the load's start. */
  dueMs: number;
  /** How much later than due it left: the load's own delay, a part of the latency. */
  lagMs: number;
  /** From when it was due to the headers of its answer, as an ALB counts it; without an answer to its end. */
  latencyMs: number;
  /** Undefined when it got the answer that was asked for. */
  mistake: string | undefined;
  /** False when too many were in flight. */
  sent: boolean;
}

/** A stretch of the load. Only requests that were both sent and answered in it count as its own. */
export interface LoadPhase {
  name: string;
  seconds: number;
  tracks: Record<string, TrackTally>;
}

export interface LoadResult {
  seconds: number;
  /** Everything that was due, also what was in flight from one phase to the next. */
  requests: number;
  /** No answer, an answer from 500 up, or not the answer that was asked for. */
  lost: number;
  /** What was wrong, and how often. */
  reasons: Record<string, number>;
  /** How many were in flight while a phase ended: in no phase's tracks. */
  between: number;
  tracks: Record<string, TrackTally>;
  phases: LoadPhase[];
}

/** Load that goes on until it is stopped. */
export interface RunningLoad {
  /** Ends the present phase and begins another, without a pause in the load. */
  mark(name: string): LoadPhase;
  /** So far. */
  progress(): { requests: number; lost: number; inFlight: number };
  /** Sends nothing more, waits for what is in flight, ends the last phase. */
  stop(): Promise<LoadResult>;
}

/**
 * Starts an open-loop load: request number n is due n / rate seconds after the start, and its latency counts from then.
 * So a server that stalls is charged for every request that it kept waiting, not just for the one that was open.
 *
 * @param firstPhase the name of the phase that begins now
 */
export function startLoad(
  options: LoadOptions,
  firstPhase = "load",
  client = openClient(options, options.maxInFlight ?? 512, options.timeoutMs ?? 10_000),
): RunningLoad {
  return new Load(options, firstPhase, client);
}

class Load implements RunningLoad {
  readonly #client: Client;
  readonly #shots: Shots;
  readonly #arrivals: Arrivals;
  readonly #onOutcome: (outcome: ShotResult) => void;
  readonly #maxInFlight: number;
  readonly #start = performance.now();
  readonly #total = new TallyByTrack();
  readonly #reasons: Record<string, number> = {};
  readonly #phases: LoadPhase[] = [];
  #phase: { name: string; start: number; tally: TallyByTrack };
  /** When the next request is due, in milliseconds since the start. */
  #next: number | undefined;
  #due = 0;
  #lost = 0;
  #between = 0;
  #inFlight = 0;
  #timer: NodeJS.Timeout | undefined;
  #idle: (() => void) | undefined;

  constructor(options: LoadOptions, firstPhase: string, client: Client) {
    const users = options.users ?? Math.ceil(options.ratePerSecond * 10);
    this.#client = client;
    this.#shots =
      options.shots ?? new Mix(seededRandom(options.seed ?? 1), Math.min(Math.max(users, 1), 131_070));
    this.#arrivals = options.arrivals ?? evenArrivals(options.ratePerSecond);
    this.#onOutcome = options.onOutcome ?? (() => undefined);
    this.#next = this.#arrivals.next();
    this.#maxInFlight = options.maxInFlight ?? 512;
    this.#phase = { name: firstPhase, start: this.#start, tally: new TallyByTrack() };
    this.#sendDue();
  }

  mark(name: string): LoadPhase {
    const now = performance.now();
    const { name: ended, start, tally } = this.#phase;
    const phase = { name: ended, seconds: (now - start) / 1000, tracks: tally.result() };
    this.#phases.push(phase);
    this.#phase = { name, start: now, tally: new TallyByTrack() };
    return phase;
  }

  progress() {
    return { requests: this.#due, lost: this.#lost, inFlight: this.#inFlight };
  }

  async stop(): Promise<LoadResult> {
    clearTimeout(this.#timer);
    // What is due and late isn't left out: it would be just what the load was too slow for.
    this.#sendDue();
    clearTimeout(this.#timer);
    const seconds = (performance.now() - this.#start) / 1000;
    if (this.#inFlight > 0) await new Promise<void>((resolve) => (this.#idle = resolve));
    this.mark("");
    await this.#client.close();
    return {
      seconds,
      requests: this.#due,
      lost: this.#lost,
      reasons: this.#reasons,
      between: this.#between,
      tracks: this.#total.result(),
      phases: this.#phases,
    };
  }

  /** Sends all that is due by now, several at once after a pause, and comes back when the next one is. */
  #sendDue(): void {
    for (; this.#next !== undefined; this.#next = this.#arrivals.next()) {
      const dueAt = this.#start + this.#next;
      const wait = dueAt - performance.now();
      if (wait > 0) {
        this.#timer = setTimeout(() => this.#sendDue(), wait);
        return;
      }
      this.#due++;
      void this.#send(this.#shots.next(), dueAt);
    }
  }

  async #send(shot: Shot, dueAt: number): Promise<void> {
    const request = { shot, dueAt, lagMs: performance.now() - dueAt, phase: this.#phase };
    if (this.#inFlight >= this.#maxInFlight)
      return this.#count(request, undefined, `${shot.method} ${UNSENT}`, false);
    this.#inFlight++;
    try {
      const reply = await this.#client.send(shot);
      this.#count(
        { ...request, endedAt: reply.headersAt },
        reply.track,
        shot.mistake(reply.status, reply.body, reply),
      );
    } catch (error) {
      this.#count(request, undefined, `${shot.method} got no answer: ${codeOf(error)}`);
    }
    if (--this.#inFlight === 0) this.#idle?.();
  }

  #count(request: Sent, track: string | undefined, mistake: string | undefined, sent = true): void {
    const { shot, dueAt, lagMs, phase, endedAt = performance.now() } = request;
    const latencyMs = endedAt - dueAt;
    this.#total.add(track, latencyMs, mistake !== undefined);
    if (phase === this.#phase) this.#phase.tally.add(track, latencyMs, mistake !== undefined);
    else this.#between++;
    const dueMs = dueAt - this.#start;
    this.#onOutcome({ journey: shot.journey, track, dueMs, lagMs, latencyMs, mistake, sent });
    if (mistake === undefined) return;
    this.#lost++;
    this.#reasons[mistake] = (this.#reasons[mistake] ?? 0) + 1;
  }
}

const UNSENT = "was not sent: too many in flight";

interface Sent {
  shot: Shot;
  dueAt: number;
  lagMs: number;
  /** The phase that it was sent in. */
  phase: object;
  /** When its latency ends; by default now. */
  endedAt?: number | undefined;
}

function codeOf(error: unknown): string {
  const { code, message } = error as NodeJS.ErrnoException;
  return code ?? message;
}
