import type { Capacity } from "../../core/action.ts";
import { type Finding, fail, pass } from "../finding.ts";

export interface CapacityFacts extends Capacity {
  track: string;
  /** Whole percent of the traffic. */
  share: number;
}

/** Each track can carry each share that the plan gives it, and each alone can carry all. */
export function judgeCapacity(all: readonly CapacityFacts[], stack: string): Finding {
  const short = all.filter(({ enough }) => !enough);
  if (short.length > 0)
    return fail(
      short
        .map(
          ({ track, share, healthy, need }) =>
            `${track} has ${healthy} healthy servers, ${share} % needs ${need}`,
        )
        .join("; "),
      `Raise rollout:tracks.${short[0]!.track}.servers, or see why its servers are unhealthy: rollout status --stack ${stack}`,
    );
  const tracks = [...new Set(all.map(({ track }) => track))];
  return pass(
    tracks
      .map((track) => {
        const own = all.filter((each) => each.track === track);
        return `${track} ${own[0]!.healthy} healthy, enough for ${own.map(({ share }) => share).join(", ")} %`;
      })
      .join("; "),
  );
}
