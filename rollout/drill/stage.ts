import { systemClock } from "../clock.ts";
import { type BalancerView, readBalancer } from "../platforms/rehearsal/balancer/balancer-view.ts";
import { messageOf } from "../platforms/rehearsal/machine/errors.ts";
import { isRunning } from "../platforms/rehearsal/machine/processes.ts";
import { Ledger } from "../platforms/rehearsal/machine/state.ts";
import type { Room } from "../platforms/rehearsal/room.ts";
import { type Options, placeIn } from "../platforms/rehearsal/verbs/options.ts";
import { caFileOf, urlOf } from "../platforms/rehearsal/verbs/status.ts";
import { up } from "../platforms/rehearsal/verbs/up.ts";
import { retried, until } from "../waiting.ts";
import { DrillTraffic, type Steady } from "./traffic.ts";

interface Broken {
  what: string;
  mend: () => Promise<void>;
}

/** How long the rehearsal may take to come back. */
const RESTART = { everyMs: 1_000, withinMs: 30_000 };

/** The running rehearsal that a drill breaks under a load, looks at, and mends. */
export class DrillStage {
  /**
   * The resources as they were captured at the beginning: one definition is drilled, whatever changes meanwhile. They
   * come without the signal, so that mending goes on when the drill is interrupted.
   */
  readonly options: Options;
  readonly traffic: DrillTraffic;
  /** When something was last broken, milliseconds since the epoch. */
  brokenAt = 0;
  readonly #signal: AbortSignal | undefined;
  readonly #room: Room;
  readonly #broken: Broken[] = [];
  readonly #unmended: string[] = [];

  /** @param steady what users send all along */
  constructor({ signal, ...options }: Options, room: Room, steady: Steady) {
    this.options = { ...options, capture: async () => room.graph };
    this.#signal = signal;
    this.#room = room;
    const { ledger } = room;
    const target = { url: urlOf(ledger), domain: ledger.state.domain, caFile: caFileOf(ledger) };
    this.traffic = new DrillTraffic(target, steady);
  }

  /** As it is now: mending starts servers again. */
  get room(): Room {
    return { ...this.#room, ledger: Ledger.openOrFail(placeIn(this.options)) };
  }

  get isInterrupted(): boolean {
    return this.#signal?.aborted ?? false;
  }

  say(line: string): void {
    this.options.say?.(line);
  }

  /** Breaks something. How to mend it is known before it is broken. */
  async break(what: string, inject: () => Promise<void>, mend: () => Promise<void>): Promise<void> {
    this.#signal?.throwIfAborted();
    this.say(`broken: ${what}`);
    this.#broken.push({ what, mend });
    this.brokenAt = systemClock.now();
    await inject();
  }

  /**
   * Mends all that is broken, the last first. One that can't be mended doesn't keep the others from it.
   *
   * @returns what couldn't be mended so far, and why
   */
  async mend(): Promise<readonly string[]> {
    for (let each = this.#broken.pop(); each; each = this.#broken.pop()) {
      const { what, mend } = each;
      await mend().catch((error: unknown) => {
        this.#unmended.push(`${what}: ${messageOf(error)}`);
        this.say(`not mended: ${what}: ${messageOf(error)}`);
      });
    }
    return this.#unmended;
  }

  /**
   * Waits until something has come about.
   *
   * @param look a throw counts as not yet
   * @returns how long it took since it was broken or since `from`, in seconds; undefined when it took longer than `within`
   */
  async until(
    look: () => Promise<boolean>,
    within: number,
    from = systemClock.now(),
  ): Promise<number | undefined> {
    const patience = {
      everyMs: 100,
      withinMs: from + within * 1000 - systemClock.now(),
      signal: this.#signal,
    };
    const cameAbout = await until(patience, () => look().catch(() => false));
    return cameAbout ? (systemClock.now() - from) / 1000 : undefined;
  }

  /** @param seconds of real time; an interrupted drill doesn't wait */
  async wait(seconds: number): Promise<void> {
    await systemClock.sleep(seconds * 1000, this.#signal);
  }

  balancer(): Promise<BalancerView> {
    return readBalancer(this.room.ledger);
  }

  /** The process number of a part of the rehearsal, such as `blue-1.app`; undefined when it doesn't run. */
  pid(key: string): number | undefined {
    const record = this.room.ledger.state.processes[key];
    return isRunning(record) ? record.pid : undefined;
  }

  /** Sends a signal to a part and all that it started: each leads a group of its own (see start in processes.ts). */
  signal(key: string, signal: NodeJS.Signals): void {
    const pid = this.pid(key);
    if (pid !== undefined) process.kill(-pid, signal);
  }

  /**
   * Starts again whatever doesn't run. It tries several times, because a connection may have been given the port of a
   * server while that was down. It can't be interrupted: this is how an interrupted drill leaves a whole stack.
   */
  async restart(): Promise<void> {
    const { say: _, ...quietly } = this.options;
    await retried(
      RESTART,
      () => true,
      () => up(quietly),
    );
  }

  async close(): Promise<void> {
    await this.traffic.stop();
  }
}
