import { systemClock } from "../clock.ts";
import { type LoadOptions, type RunningLoad, startLoad } from "../load/load.ts";
import { openClient, type Target } from "../load/requests/client.ts";
import type { Shot } from "../load/requests/shot.ts";

/** What is sent all along, whatever becomes of it. */
export type Steady = Pick<LoadOptions, "ratePerSecond" | "shots" | "timeoutMs">;

/** How long a request of the drill's own may take: longer than any answer that is expected of a service in trouble. */
export const TIMEOUT_MS = 15_000;

/** What became of one user's request. */
export interface Fate {
  /** When it was due, milliseconds since the epoch. */
  dueAt: number;
  latencyMs: number;
  lost: boolean;
}

/** What a request of the drill's own got. */
export interface DrillReply {
  /** 0: no answer. */
  status: number;
  ms: number;
  retryAfter?: string | undefined;
  /** What is wrong with it by a user's expectation, where one was asked; undefined: nothing. */
  mistake?: string | undefined;
  json?: Record<string, unknown> | undefined;
}

export interface DrillRequest {
  method?: "GET" | "POST";
  path: string;
  body?: string;
  /** A track that answers whatever its weight. */
  track?: string;
  /** The client's address; by default each request has another's. */
  from?: string;
}

/** A steady load, and requests of the drill's own. */
export class DrillTraffic {
  readonly fates: Fate[] = [];
  readonly #client: ReturnType<typeof openClient>;
  readonly #load: RunningLoad;
  #asked = 0;

  constructor(target: Target, steady: Steady) {
    this.#client = openClient(target, 64, TIMEOUT_MS);
    const startedAt = systemClock.now();
    this.#load = startLoad({
      ...target,
      ...steady,
      onOutcome: ({ dueMs, latencyMs, mistake }) =>
        this.fates.push({ dueAt: startedAt + dueMs, latencyMs, lost: mistake !== undefined }),
    });
  }

  /** The requests that were due in a stretch of time and have their answer, or their end. */
  between(fromMs: number, toMs = systemClock.now()): Fate[] {
    return this.fates.filter(({ dueAt }) => dueAt >= fromMs && dueAt < toMs);
  }

  ask({ method = "GET", path, body, track, from = this.#nextAddress() }: DrillRequest): Promise<DrillReply> {
    return this.#send(
      { method, path, from, ...(body !== undefined && { body }), mistake: () => undefined },
      track,
    );
  }

  /** A user's request, at a track whatever its weight. */
  async user(shot: Shot, track?: string): Promise<DrillReply> {
    return this.#send({ ...shot, from: this.#nextAddress() }, track);
  }

  async #send(shot: Shot, track: string | undefined): Promise<DrillReply> {
    const start = performance.now();
    const ms = () => performance.now() - start;
    const headers = track === undefined ? {} : { headers: { "x-rollout-track": track } };
    try {
      const reply = await this.#client.send({ ...shot, ...headers });
      const { status, retryAfter, body } = reply;
      return { status, ms: ms(), retryAfter, mistake: shot.mistake(status, body, reply), json: parsed(body) };
    } catch {
      return { status: 0, ms: ms(), mistake: "no answer" };
    }
  }

  /** What the sample app is for. */
  quote(track?: string): Promise<DrillReply> {
    const body = JSON.stringify({ width: 1200, height: 1400, material: "pvc" });
    return this.ask({ method: "POST", path: "/quotes", body, ...(track !== undefined && { track }) });
  }

  async stop(): Promise<void> {
    await this.#load.stop();
    await this.#client.close();
  }

  /** Of the upper half of the range for load tests (RFC 2544); the load's users are in the lower one. */
  #nextAddress(): string {
    this.#asked += 1;
    return `198.19.${128 + ((this.#asked >> 8) & 63)}.${this.#asked & 255}`;
  }
}

function parsed(text: string): Record<string, unknown> | undefined {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
