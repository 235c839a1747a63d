import {
  type BurnGate,
  burnVerdict,
  newBurnGate,
  observeBurn,
} from "../../../../rollout/analysis/burn/burn-gate.ts";
import { newBurnWindows } from "../../../../rollout/analysis/burn/burn-windows.ts";
import type { Counts } from "../../../../rollout/analysis/counts.ts";

export const HOUR = 3600;
export const settings = {
  objective: 0.999,
  falseAlarm: 0.01,
  minRequests: 200,
  horizonSeconds: 24 * HOUR,
  intervalSeconds: 1,
};
export const counts = (requests: number, bad: number): Counts => ({ requests, bad });
export const NOTHING = { candidate: counts(0, 0), stable: counts(0, 0) };

/** Bad requests in 100 000 over the long and the short window of the fast page, of the slow one and of the ticket. */
export type Bad = [
  fastLong: number,
  fastShort: number,
  slowLong: number,
  slowShort: number,
  long: number,
  short: number,
];
export const FAST: Bad = [1500, 1500, 0, 0, 0, 0];
export const SLOW: Bad = [0, 0, 700, 700, 0, 0];
export const TICKET: Bad = [0, 0, 0, 0, 200, 200];
export const QUIET: Bad = [0, 0, 0, 0, 0, 0];

export function windows(bad: Bad) {
  const each = bad.map((bad) => counts(100_000, bad));
  const totals = [0, 2, 4].map((at) => ({ long: each[at]!, short: each[at + 1]! }));
  return { ...newBurnWindows(1), totals };
}

export interface Told {
  candidate?: Bad;
  stable?: Bad;
  /** Of the evidence that the candidate is over the budget. */
  value?: number;
  usual?: Counts;
  step?: BurnGate["step"];
}

export function gateOf({ candidate = QUIET, stable = QUIET, value = 100, usual, step }: Told): BurnGate {
  const gate = newBurnGate(settings);
  return {
    ...gate,
    candidate: windows(candidate),
    stable: windows(stable),
    evidence: { ...gate.evidence, raw: [value, 0, 0, 0, 0, 0], base: [value, 0, 0, 0, 0, 0] },
    usual: usual ?? gate.usual,
    step: step ?? { candidate: counts(500, 0), stable: counts(900, 0) },
  };
}

/** The outcome when another second without a request has come in. */
export function outcomeOf(told: Told): string {
  const gate = gateOf(told);
  observeBurn(gate, NOTHING, 1);
  const { outcome, hold, reason } = burnVerdict(gate, true);
  return `${hold && outcome === "wait" ? "hold" : outcome}: ${reason.replace("burn rate of 99.9 %: ", "")}`;
}
