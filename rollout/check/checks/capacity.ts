import { first } from "../../../infra/sure.ts";
import type { Capacity } from "../../core/action.ts";
import { type Finding, fail, pass } from "../finding.ts";

export interface CapacityFacts extends Capacity {
  track: string;
  /** Whole percent of the traffic. */
  share: number;
  /** It has no traffic now. A rollout will give it some, and the servers for it; until then it has few. */
  idle?: boolean;
}

/** Each track can carry each share that the plan gives it, or will once it is rolled out. */
export function judgeCapacity(all: readonly CapacityFacts[], stack: string): Finding {
  const short = all.filter((each) => !each.enough && !isToGrow(each));
  if (short.length > 0)
    return fail(
      short
        .map(
          ({ track, share, healthy, need }) =>
            `${track} has ${healthy} healthy servers, ${share} % needs ${need}`,
        )
        .join("; "),
      `Raise rollout:tracks.${first(short).track}.servers, or see why its servers are unhealthy: rollout status --stack ${stack}`,
    );
  const tracks = [...new Set(all.map(({ track }) => track))];
  return pass(
    tracks
      .map((track) => {
        const own = all.filter((each) => each.track === track);
        const healthy = `${track} ${first(own).healthy} healthy`;
        if (own.some(({ enough }) => !enough))
          return `${healthy}, a rollout brings ${Math.max(...own.map(({ need }) => need))}`;
        return `${healthy}, enough for ${own.map(({ share }) => share).join(", ")} %`;
      })
      .join("; "),
  );
}

/**
 * Whether a rollout will bring the servers that are missing: it asks for them before it shifts, up to the most that
 * the track may have. Those that the track has now must be healthy.
 */
function isToGrow({ idle = false, asked, healthy, need, most }: CapacityFacts): boolean {
  return idle && asked > 0 && healthy >= asked && need <= most;
}
