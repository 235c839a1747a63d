import { type Channel, valuesOf } from "./channel.ts";
import { eValue } from "./evidence/evidence.ts";
import type { Complaint, Gate } from "./state.ts";
import { logAgainstStable, stableBroke } from "./stretch.ts";

/** Two questions of each channel, and the objective. */
const QUESTIONS = 5;
const WITH_CLIENTS = QUESTIONS + 2;

export const NO_COMPLAINT: Complaint = { what: "none", rate: 1 };

interface Said {
  what: Complaint["what"];
  eValue: number;
}

/**
 * What is said against the candidate now: the strongest of the questions, at the rate of all together. The mean of e-values is an
 * e-value (Vovk and Wang 2021), and never below what the largest is worth with its part of the rate alone.
 */
export function complaintOf(gate: Gate): Complaint {
  const { requests, bursts, clients } = gate;
  const many = questionsOf(gate);
  const said = [...against(requests, many), ...against(bursts, many), overObjective(gate)];
  if (clients) said.push(...against(clients, many, Number.POSITIVE_INFINITY));
  const strongest = said.reduce((a, b) => (b.eValue > a.eValue ? b : a));
  const rate = many / said.reduce((sum, { eValue }) => sum + eValue, 0);
  return rate < 1 ? { what: strongest.what, rate } : NO_COMPLAINT;
}

function questionsOf({ clients }: Gate): number {
  return clients ? WITH_CLIENTS : QUESTIONS;
}

/**
 * Worse than stable is; or than stable has been, as far as the stretch that this rests on says by itself that stable is better. An
 * e-value that is lowered stays one.
 */
function against(channel: Channel, many: number, full?: number): Said[] {
  const [now, before] = valuesOf(channel, full);
  const alone = many * Math.exp(logAgainstStable(channel.stretch));
  return [
    { what: "worse than stable", eValue: now },
    { what: "worse than stable is and has been", eValue: Math.min(before, alone) },
  ];
}

/** Over the objective; where stable is too, only as far as the candidate is worse than stable. */
function overObjective(gate: Gate): Said {
  const shared = stableBroke(gate.absoluteStretch, gate.settings.objective);
  const alone = shared
    ? questionsOf(gate) * Math.exp(logAgainstStable(gate.absoluteStretch))
    : Number.POSITIVE_INFINITY;
  return { what: "over the objective", eValue: Math.min(eValue(gate.absolute, gate.requests.phi), alone) };
}

/** The smallest false-alarm rate at which the candidate breaks the objective, whoever else does. */
export function rateOverObjective(gate: Gate): number {
  return questionsOf(gate) / eValue(gate.absolute, gate.requests.phi);
}
