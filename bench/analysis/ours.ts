import { beginStep, type Gate, learn, newGate, observe } from "../../rollout/analysis/gate.ts";
import { BEFORE, type Day, STABLE_PER_CANDIDATE } from "./streams.ts";

/** A gate at its defaults that has learned from stable's quarter of a day. */
export function gateBefore(day: Day, rate: number): Gate {
  const gate = newGate();
  const requests = rate * (1 + STABLE_PER_CANDIDATE);
  for (let second = 0; second < BEFORE; second++) learn(gate, { requests, bad: day.before[second]! });
  beginStep(gate);
  return gate;
}

/** Feeds the seconds to the gate. @returns the end of the second that made it fail, or undefined */
export function failsAt(gate: Gate, day: Day, rate: number, from: number, to: number): number | undefined {
  const candidate = { requests: rate, bad: 0 };
  const stable = { requests: rate * STABLE_PER_CANDIDATE, bad: 0 };
  const interval = { candidate, stable };
  for (let second = from; second < to; second++) {
    candidate.bad = day.candidate[second]!;
    stable.bad = day.stable[second]!;
    observe(gate, interval);
    if (gate.failed) return second + 1;
  }
  return undefined;
}
