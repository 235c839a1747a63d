import { beginStep, type Gate, learn, newGate, observe } from "../../rollout/analysis/gate.ts";
import { BEFORE, DAY, type Day, STABLE_PER_CANDIDATE } from "./streams.ts";

// Ours is told of clients too, as nginx's log tells it: a burst is one client's. None of the rivals' rules asks for them.

/** A gate at its defaults that has learned from stable's quarter of a day. */
export function gateBefore(day: Day, rate: number): Gate {
  const gate = newGate();
  const requests = rate * (1 + STABLE_PER_CANDIDATE);
  for (let second = 0; second < BEFORE; second++) learnSecond(gate, day, requests, second);
  beginStep(gate);
  return gate;
}

function learnSecond(gate: Gate, { before, clients }: Day, requests: number, second: number): void {
  learn(gate, { requests, bad: before[second]! }, { requests, bad: clients.before[second]! });
}

/** A gate, and when it first failed at each of some false-alarm rates: the end of that second, or undefined. */
export interface Watched {
  gate: Gate;
  rates: readonly number[];
  failedAt: (number | undefined)[];
}

export function newWatched(day: Day, rate: number, rates: readonly number[]): Watched {
  return { gate: gateBefore(day, rate), rates, failedAt: rates.map(() => undefined) };
}

/**
 * Feeds the seconds to the gate until it has failed at every rate. One pass serves all: on days on which stable is well the rates
 * steer nothing that it learns.
 */
export function watch(
  { gate, rates, failedAt }: Watched,
  day: Day,
  rate: number,
  from: number,
  to: number,
): void {
  for (let second = from; second < to && failedAt.includes(undefined); second++) {
    const complaint = complaintAt(gate, day, rate, second);
    for (let i = 0; i < rates.length; i++) {
      if (complaint <= rates[i]!) failedAt[i] ??= second + 1;
    }
  }
}

/** The smallest false-alarm rate at which the day would have been rolled back. */
export function leastRate(day: Day, rate: number): number {
  const gate = gateBefore(day, rate);
  let least = 1;
  for (let second = 0; second < DAY; second++) least = Math.min(least, complaintAt(gate, day, rate, second));
  return least;
}

/** Feeds a second. @returns the smallest false-alarm rate at which it makes the gate fail */
function complaintAt(gate: Gate, day: Day, rate: number, second: number): number {
  const candidate = { requests: rate, bad: day.candidate[second]! };
  const stable = { requests: rate * STABLE_PER_CANDIDATE, bad: day.stable[second]! };
  const clients = {
    candidate: { ...candidate, bad: day.clients.candidate[second]! },
    stable: { ...stable, bad: day.clients.stable[second]! },
  };
  observe(gate, { candidate, stable, clients });
  return gate.complaint.rate;
}
