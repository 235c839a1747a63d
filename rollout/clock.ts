import { setTimeout as after } from "node:timers/promises";

export interface Clock {
  /** Milliseconds since the epoch. */
  now(): number;
  sleep(milliseconds: number): Promise<void>;
}

export const systemClock: Clock = {
  now: Date.now,
  async sleep(milliseconds) {
    await after(milliseconds);
  },
};
