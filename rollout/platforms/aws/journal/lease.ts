import { setTimeout as after } from "node:timers/promises";
import type { Clock } from "../../../clock.ts";
import { Held } from "../../held.ts";
import type { Lock } from "../../platform.ts";
import { type Objects, Overtaken, type StoredObject } from "./objects.ts";

/** Who may drive a stack's rollout. */
interface Lease {
  owner: string;
  /** Milliseconds since the epoch. */
  since: number;
  /** Null once it was given back. */
  lastsMs: number | null;
}

export interface LeaseTimes {
  /** Without a sign of life for so long, a lease passes on. */
  lastsMs: number;
  /** Between two signs of life. */
  beatMs: number;
}

/** Two beats may be lost. A killed controller's successor waits this long at most. */
const TIMES: LeaseTimes = { lastsMs: 30_000, beatMs: 10_000 };

/**
 * Takes the lease and keeps it until it is released or lost.
 *
 * A controller that slept through its lease learns so at its next beat; what it writes until then is refused by the
 * journal, whose version has moved on.
 *
 * @throws {Held} when another holds it, or takes it at the same moment
 */
export async function takeLease(
  objects: Objects,
  key: string,
  owner: string,
  clock: Clock,
  times = TIMES,
): Promise<Lock> {
  const found = await objects.read(key);
  if (found) refuseIfHeld(found);
  const lease: Lease = { owner, since: clock.now(), lastsMs: times.lastsMs };
  try {
    const etag = await objects.write(key, JSON.stringify(lease), found?.etag ?? null);
    return new HeldLease(objects, key, lease, etag, times);
  } catch (error) {
    if (!(error instanceof Overtaken)) throw error;
    const { owner: other, since } = leaseIn(await objects.read(key));
    throw new Held(other, since);
  }
}

function refuseIfHeld(found: StoredObject): void {
  const { owner, since, lastsMs } = leaseIn(found);
  if (lastsMs !== null && found.ageMs < lastsMs) throw new Held(owner, since, found.ageMs);
}

function leaseIn(found: StoredObject | undefined): Lease {
  const nobody = { owner: "somebody", since: 0, lastsMs: null };
  try {
    return found ? JSON.parse(found.text) : nobody;
  } catch {
    // Who wrote this wrote it as a living one does: it is waited for as for one.
    return { ...nobody, lastsMs: TIMES.lastsMs };
  }
}

class HeldLease implements Lock {
  readonly #lost = new AbortController();
  readonly #done = new AbortController();
  readonly #beating: Promise<void>;
  readonly #write: (lease: Lease) => Promise<void>;
  readonly #lease: Lease;

  constructor(objects: Objects, key: string, lease: Lease, etag: string, times: LeaseTimes) {
    let version = etag;
    this.#lease = lease;
    this.#write = async (next) => {
      version = await objects.write(key, JSON.stringify(next), version);
    };
    this.#beating = this.#beat(times);
  }

  get lost(): AbortSignal {
    return this.#lost.signal;
  }

  /** Gives the lease back, so that the next one need not wait for its end. */
  async release(): Promise<void> {
    this.#done.abort();
    await this.#beating;
    if (this.#lost.signal.aborted) return;
    await this.#write({ ...this.#lease, lastsMs: null }).catch((error) => {
      if (!(error instanceof Overtaken)) throw error;
    });
  }

  /** A beat that fails is tried again. One that hangs mustn't hide that the lease runs out: a timer of its own tells. */
  async #beat({ lastsMs, beatMs }: LeaseTimes): Promise<void> {
    let end = this.#endIn(lastsMs - beatMs);
    while (!this.lost.aborted && (await this.#rest(beatMs))) {
      const begun = performance.now();
      try {
        await this.#write(this.#lease);
        clearTimeout(end);
        end = this.#endIn(lastsMs - beatMs - (performance.now() - begun));
      } catch (error) {
        if (error instanceof Overtaken) this.#lose(error);
      }
    }
    clearTimeout(end);
  }

  #endIn(ms: number): NodeJS.Timeout {
    return setTimeout(() => this.#lose(), ms).unref();
  }

  #lose(cause?: Error): void {
    this.#lost.abort(new Error(`the lease of ${this.#lease.owner} is lost`, { cause }));
  }

  /** @returns false when the lease was given back meanwhile */
  #rest(ms: number): Promise<boolean> {
    return after(ms, true, { ref: false, signal: this.#done.signal }).catch(() => false);
  }
}
