import {
  beginFallStep,
  convictFall,
  fallEvidence,
  fallVerdict,
  learnFall,
  newFall,
  observeFall,
} from "../../analysis/falling.ts";
import type { GateSettings } from "../../analysis/settings.ts";
import type { TrackCounts } from "../../core/verdict.ts";
import type { Indicator, Of } from "./indicator.ts";

/**
 * Where browsers stay with a version a step begins with visits that have just begun on the candidate, and have gone on for long on stable:
 * people look first and order later. After this long both have all kinds, in seconds.
 */
const VISIT_SECONDS = 1800;

/** What users do, compared with stable's: rollout/analysis/falling.ts. */
export function fallIndicator(settings: GateSettings, of: Of): Indicator {
  const fall = newFall(settings);
  let seconds = 0;
  return {
    name: settings.indicator,
    onlyFails: true,
    learn: (stable) => learnFall(fall, of(stable)),
    beginStep() {
      seconds = 0;
      beginFallStep(fall);
    },
    observe(candidate, stable) {
      seconds += settings.intervalSeconds;
      if (seconds > VISIT_SECONDS || !(isHeld(candidate) || isHeld(stable)))
        observeFall(fall, of(candidate), of(stable));
    },
    verdict: () => fallVerdict(fall),
    part: settings.falseAlarm,
    evidence: () => fallEvidence(fall),
    convict: (others) => convictFall(fall, others),
  };
}

/** Whether somebody counts the sessions that stay with their version. */
function isHeld(counts: TrackCounts | undefined): boolean {
  return counts?.sessions !== undefined;
}
