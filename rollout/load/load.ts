import { type Client, openClient, type Target } from "./client.ts";
import { Mix, type Shot } from "./mix.ts";
import { seededRandom } from "./random.ts";
import { Tally, type TrackTally } from "./tally.ts";

export interface LoadOptions extends Target {
  /** Requests a second, sent at even distances whatever becomes of the ones before. */
  ratePerSecond: number;
  /** The same seed gives the same requests in the same order. Default 1. */
  seed?: number;
  /** How many users take part, each with an address. Default 10 for each request a second: 6 requests a minute each. */
  users?: number;
  /** The most requests in flight; one that is due beyond counts as lost. Default 512. */
  maxInFlight?: number;
  /** How long one may take to connect, to its headers, to its end. Default 10 s. */
  timeoutMs?: number;
}

/** A stretch of the load. Only requests that were both sent and answered in it count as its own. */
export interface Phase {
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
  phases: Phase[];
}

/** Load that goes on until it is stopped. */
export interface RunningLoad {
  /** Ends the present phase and begins another, without a pause in the load. */
  mark(name: string): Phase;
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
  readonly #mix: Mix;
  readonly #rate: number;
  readonly #maxInFlight: number;
  readonly #start = performance.now();
  readonly #total = new Tally();
  readonly #reasons: Record<string, number> = {};
  readonly #phases: Phase[] = [];
  #phase: { name: string; start: number; tally: Tally };
  #due = 0;
  #lost = 0;
  #between = 0;
  #inFlight = 0;
  #timer: NodeJS.Timeout | undefined;
  #idle: (() => void) | undefined;

  constructor(options: LoadOptions, firstPhase: string, client: Client) {
    const users = options.users ?? Math.ceil(options.ratePerSecond * 10);
    this.#client = client;
    this.#mix = new Mix(seededRandom(options.seed ?? 1), Math.min(Math.max(users, 1), 131_070));
    this.#rate = options.ratePerSecond;
    this.#maxInFlight = options.maxInFlight ?? 512;
    this.#phase = { name: firstPhase, start: this.#start, tally: new Tally() };
    this.#sendDue();
  }

  mark(name: string): Phase {
    const now = performance.now();
    const { name: ended, start, tally } = this.#phase;
    const phase = { name: ended, seconds: (now - start) / 1000, tracks: tally.result() };
    this.#phases.push(phase);
    this.#phase = { name, start: now, tally: new Tally() };
    return phase;
  }

  progress() {
    return { requests: this.#due, lost: this.#lost, inFlight: this.#inFlight };
  }

  async stop(): Promise<LoadResult> {
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
    const dueAt = () => this.#start + (this.#due * 1000) / this.#rate;
    while (dueAt() <= performance.now()) {
      void this.#send(this.#mix.next(), dueAt());
      this.#due++;
    }
    this.#timer = setTimeout(() => this.#sendDue(), Math.max(0, dueAt() - performance.now()));
  }

  async #send(shot: Shot, dueAt: number): Promise<void> {
    const phase = this.#phase;
    const full = this.#inFlight >= this.#maxInFlight;
    if (full) return this.#count(phase, undefined, dueAt, `${shot.method} was not sent: too many in flight`);
    this.#inFlight++;
    try {
      const { status, track, body } = await this.#client.send(shot);
      this.#count(phase, track, dueAt, shot.mistake(status, body));
    } catch (error) {
      this.#count(phase, undefined, dueAt, `${shot.method} got no answer: ${codeOf(error)}`);
    }
    if (--this.#inFlight === 0) this.#idle?.();
  }

  #count(sentIn: object, track: string | undefined, dueAt: number, mistake: string | undefined): void {
    const milliseconds = performance.now() - dueAt;
    this.#total.add(track, milliseconds, mistake !== undefined);
    if (sentIn === this.#phase) this.#phase.tally.add(track, milliseconds, mistake !== undefined);
    else this.#between++;
    if (mistake === undefined) return;
    this.#lost++;
    this.#reasons[mistake] = (this.#reasons[mistake] ?? 0) + 1;
  }
}

function codeOf(error: unknown): string {
  const { code, message } = error as NodeJS.ErrnoException;
  return code ?? message;
}
