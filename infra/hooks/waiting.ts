import { setTimeout as after } from "node:timers/promises";
import * as pulumi from "@pulumi/pulumi";

/** What a wait needs of the world. */
export interface Waiting {
  /** Milliseconds, by a clock that nobody sets. */
  now(): number;
  sleep(milliseconds: number): Promise<unknown>;
  say(text: string): unknown;
  warn(text: string): unknown;
}

/** Where `pulumi up` runs: what is said stands among its lines. */
export const inUpdate: Waiting = {
  now: () => performance.now(),
  sleep: (milliseconds) => after(milliseconds),
  say: (text) => pulumi.log.info(text),
  warn: (text) => pulumi.log.warn(text),
};

const EVERY_MS = 15_000;

/** Asks until nothing is left to wait for. @param look what is waited for, in words @returns false when time is over */
export async function until(
  look: () => Promise<string | undefined>,
  withinMs: number,
  waiting: Waiting,
): Promise<boolean> {
  const deadline = waiting.now() + withinMs;
  let said: string | undefined;
  for (;;) {
    const left = await look();
    if (left === undefined) return true;
    if (waiting.now() >= deadline) return false;
    if (left !== said) waiting.say(`waiting for ${left}`);
    said = left;
    await waiting.sleep(EVERY_MS);
  }
}
