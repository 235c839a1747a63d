import { type Channel, valuesOf } from "./channel.ts";
import { eValue } from "./evidence/evidence.ts";
import type { Complaint, Gate } from "./state.ts";
import { logAgainstStable, stableBroke } from "./stretch.ts";

/** What the false-alarm rate is shared by: two questions of each channel, and the objective. */
const QUESTIONS = 5;

export const NO_COMPLAINT: Complaint = { what: "none", rate: 1 };

/** The strongest thing that can be said against the candidate now. */
export function complaintOf(gate: Gate): Complaint {
  let most = NO_COMPLAINT;
  for (const complaint of [...against(gate.requests), ...against(gate.bursts), overObjective(gate)]) {
    if (complaint.rate < most.rate) most = complaint;
  }
  return most;
}

/** Worse than stable is; or than stable has been, where the stretch that this rests on says by itself that stable is better. */
function against(channel: Channel): Complaint[] {
  const [now, before] = valuesOf(channel);
  const alone = Math.exp(-logAgainstStable(channel.stretch));
  return [
    { what: "worse than stable", rate: QUESTIONS / now },
    { what: "worse than stable is and has been", rate: Math.max(QUESTIONS / before, alone) },
  ];
}

/** Over the objective; where stable is too, only as far as the candidate is worse than stable. */
function overObjective(gate: Gate): Complaint {
  const shared = stableBroke(gate.absoluteStretch, gate.settings.objective);
  const alone = shared ? Math.exp(-logAgainstStable(gate.absoluteStretch)) : 0;
  return { what: "over the objective", rate: Math.max(rateOverObjective(gate), alone) };
}

/** The smallest false-alarm rate at which the candidate breaks the objective, whoever else does. */
export function rateOverObjective({ absolute, requests }: Gate): number {
  return QUESTIONS / eValue(absolute, requests.phi);
}
