import {
  beginSlowerStep,
  convictSlower,
  learnSlower,
  newSlower,
  observeSlower,
  slowerEvidence,
  slowerVerdict,
} from "../../analysis/latency/slower.ts";
import { addTimes, type Times } from "../../analysis/latency/times.ts";
import type { GateSettings } from "../../analysis/settings.ts";
import type { TrackCounts } from "../../core/verdict.ts";
import type { Indicator } from "./indicator.ts";

/** The name of the gate that compares how long answers took, whatever the limit. */
export const SLOWER = "slower";

/** At each of some edges most seconds have answers on both sides: ten of them together cost a tenth, and who is slower is no emergency. */
const EVERY_SECONDS = 10;

/**
 * How long answers take, compared with stable's below the plan's limit and above it: rollout/analysis/latency/slower.ts. It says nothing where the platform tells only
 * how many were over the limit.
 *
 * @param limitMs the plan's
 */
export function slowerIndicator(settings: GateSettings, limitMs: number): Indicator {
  const slower = newSlower({ ...settings, intervalSeconds: EVERY_SECONDS }, limitMs);
  let waiting = NOTHING;
  const take = (candidate: TrackCounts | undefined, stable: TrackCounts | undefined) => {
    const { candidate: mine, stable: theirs, seconds } = waiting;
    const sum = {
      candidate: addTimes(mine, candidate?.times ?? {}),
      stable: addTimes(theirs, stable?.times ?? {}),
      seconds: seconds + settings.intervalSeconds,
    };
    const isWhole = sum.seconds >= EVERY_SECONDS;
    waiting = isWhole ? NOTHING : sum;
    return isWhole ? sum : undefined;
  };
  return {
    name: settings.indicator,
    onlyFails: true,
    warming: "left out",
    learn(stable) {
      const whole = take(undefined, stable);
      if (whole) learnSlower(slower, whole.stable);
    },
    beginStep() {
      // What came at another weight isn't mixed with what comes now.
      waiting = NOTHING;
      beginSlowerStep(slower);
    },
    observe(candidate, stable) {
      const whole = take(candidate, stable);
      if (whole) observeSlower(slower, whole.candidate, whole.stable);
    },
    verdict: () => slowerVerdict(slower),
    part: settings.falseAlarm,
    evidence: () => slowerEvidence(slower),
    convict: (others) => convictSlower(slower, others),
  };
}

const NOTHING: { candidate: Times; stable: Times; seconds: number } = {
  candidate: {},
  stable: {},
  seconds: 0,
};
