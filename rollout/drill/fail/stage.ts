import { setTimeout as sleep } from "node:timers/promises";
import { type BalancerView, readBalancer } from "../../platforms/rehearsal/balancer/balancer-view.ts";
import { messageOf } from "../../platforms/rehearsal/machine/errors.ts";
import { isRunning } from "../../platforms/rehearsal/machine/processes.ts";
import { Ledger } from "../../platforms/rehearsal/machine/state.ts";
import type { Room } from "../../platforms/rehearsal/room.ts";
import { type Options, placeIn } from "../../platforms/rehearsal/verbs/options.ts";
import { caFileOf, urlOf } from "../../platforms/rehearsal/verbs/status.ts";
import { up } from "../../platforms/rehearsal/verbs/up.ts";
import { Findings } from "./findings.ts";
import { Traffic } from "./traffic.ts";

interface Broken {
  what: string;
  mend: () => Promise<void>;
}

/** The rehearsal that a drill breaks, and what it measures there. */
export class Stage {
  readonly findings: Findings;
  readonly traffic: Traffic;
  readonly figures: Record<string, number> = {};
  readonly facts: Record<string, string> = {};
  /** When it was broken, milliseconds since the epoch. */
  brokenAt = 0;
  readonly #options: Options;
  readonly #room: Room;
  readonly #broken: Broken[] = [];
  readonly #unmended: string[] = [];

  constructor(options: Options, room: Room) {
    this.#options = options;
    this.#room = room;
    this.findings = new Findings((line) => this.say(`  ${line}`));
    const { ledger } = room;
    this.traffic = new Traffic({
      url: urlOf(ledger),
      domain: ledger.state.domain,
      caFile: caFileOf(ledger),
    });
  }

  /** As it is now: mending starts servers again. */
  get room(): Room {
    return { ...this.#room, ledger: Ledger.openOrFail(placeIn(this.#options)) };
  }

  say(line: string): void {
    this.#options.say?.(line);
  }

  /** Breaks something. How to mend it is known before it is broken. */
  async break(what: string, inject: () => Promise<void>, mend: () => Promise<void>): Promise<void> {
    this.#options.signal?.throwIfAborted();
    this.say(`broken: ${what}`);
    this.#broken.push({ what, mend });
    this.brokenAt = Date.now();
    await inject();
  }

  /**
   * Mends all that is broken, the last first. One that can't be mended doesn't keep the others from it.
   *
   * @returns what couldn't be mended so far, and why
   */
  async mend(): Promise<readonly string[]> {
    const failed = this.#unmended;
    for (let each = this.#broken.pop(); each; each = this.#broken.pop()) {
      const { what, mend } = each;
      await mend().catch((error: unknown) => failed.push(`${what}: ${messageOf(error)}`));
    }
    return failed;
  }

  /**
   * Waits until something has come about.
   *
   * @param look a throw counts as not yet
   * @returns how long it took since it was broken or since `from`, in seconds; undefined when it took longer than `within`
   */
  async until(look: () => Promise<boolean>, within: number, from = Date.now()): Promise<number | undefined> {
    for (;;) {
      this.#options.signal?.throwIfAborted();
      if (await look().catch(() => false)) return (Date.now() - from) / 1000;
      if (Date.now() - from > within * 1000) return undefined;
      await this.wait(0.1);
    }
  }

  /** @param seconds of real time; an interrupted drill doesn't wait */
  async wait(seconds: number): Promise<void> {
    const { signal } = this.#options;
    await sleep(seconds * 1000, undefined, { signal }).catch(() => signal?.throwIfAborted());
  }

  figure(name: string, value: number | undefined): void {
    if (value !== undefined) this.figures[name] = Math.round(value * 100) / 100;
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
   * Starts again whatever doesn't run. While a server was down, a connection may have been given its port: so it is tried
   * several times. Not to be interrupted: this is how an interrupted drill leaves a whole stack.
   */
  async restart(): Promise<void> {
    const { graph } = this.#room;
    const { signal: _, say: __, ...options } = this.#options;
    for (let tries = 5; ; tries -= 1) {
      try {
        await up({ ...options, capture: async () => graph });
        return;
      } catch (error) {
        if (tries === 1) throw error;
        await sleep(1_000);
      }
    }
  }
}
