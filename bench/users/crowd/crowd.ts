import { once } from "node:events";
import { Worker } from "node:worker_threads";
import type { PhaseNotes } from "./notes.ts";
import type { ShopPlace } from "./tab.ts";
import type { Habits } from "./visitor.ts";

export interface CrowdOrder {
  place: ShopPlace;
  /** At least so many, and others until it is enough. */
  users: number;
  ratePerSecond: number;
  habits: Habits;
  /** The first phase's name. */
  phase: string;
}

export interface CrowdTold {
  phases: PhaseNotes[];
}

/** Users who arrive at a constant rate, whatever they meet. */
export class Crowd {
  readonly #worker: Worker;
  /** Kept once the last one has left. */
  readonly gone: Promise<PhaseNotes[]>;

  constructor(order: CrowdOrder) {
    this.#worker = new Worker(new URL("worker.ts", import.meta.url), { workerData: order });
    const failed = once(this.#worker, "error").then(([error]) => Promise.reject(error as Error));
    this.gone = Promise.race([
      once(this.#worker, "message").then(([told]) => (told as CrowdTold).phases),
      failed as Promise<never>,
    ]);
    this.gone.catch(() => {});
  }

  /** What is met from now on belongs to this phase. */
  mark(phase: string): void {
    this.#worker.postMessage(phase);
  }

  /** Nobody more than were asked for is to come. */
  enough(): void {
    this.#worker.postMessage(undefined);
  }

  end(): Promise<number> {
    return this.#worker.terminate();
  }
}
