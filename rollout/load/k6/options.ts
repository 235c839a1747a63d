import { milliseconds } from "../../../infra/settings/duration.ts";
import type { Profile } from "../profile/schema.ts";
import { mostPerSecond } from "../profile/stages.ts";

/**
 * A profile in k6's words (k6 documentation, "Ramping arrival rate", "Thresholds"): its own open model, whose rate is in
 * whole requests a time unit. With the think time as the unit, that is the number of users.
 *
 * k6's arrivals are at even distances, and it fails a run at a threshold that isn't met: what is acceptable.
 */
export function k6Options({ stages, think, thresholds, ...rest }: Profile) {
  const { response, success } = thresholds;
  const open = Math.ceil((mostPerSecond({ stages, think }) * milliseconds(response.critical)) / 1000);
  const percentile = response.of.slice(1);
  return {
    scenarios: {
      [`profile-${rest.name.replaceAll(/[^A-Za-z0-9_-]/g, "-")}`]: {
        executor: "ramping-arrival-rate",
        startRate: 0,
        timeUnit: think,
        preAllocatedVUs: Math.max(1, Math.ceil(mostPerSecond({ stages, think }))),
        maxVUs: Math.max(10, open),
        stages: stages.map(({ for: duration, users }) => ({ duration, target: users })),
      },
    },
    thresholds: {
      // To the first of the answer: what our own load, and an ALB, call the time of an answer.
      "http_req_waiting{expected_response:true}": [
        `p(${percentile})<${milliseconds(response.acceptable)}`,
        {
          threshold: `p(${percentile})<=${milliseconds(response.critical)}`,
          abortOnFail: true,
          delayAbortEval: "30s",
        },
      ],
      checks: [
        `rate>${success.acceptable / 100}`,
        { threshold: `rate>=${success.critical / 100}`, abortOnFail: true, delayAbortEval: "30s" },
      ],
      // An iteration that k6 had nobody free for was due all the same.
      dropped_iterations: ["count==0"],
    },
  };
}
