import type { GoNoGo } from "./criterion.ts";
import type { PhaseVerdict } from "./judge.ts";
import type { Cohort } from "./schema.ts";
import type { LaunchScore } from "./score.ts";

/**
 * A phase's verdict for people: who it is for, and a line for each criterion.
 *
 * @param reach how they come to the candidate
 */
export function phaseText(verdict: PhaseVerdict, reach: readonly string[] = []): string {
  const { phase, description, stack, cohort, checkpoint } = verdict;
  const day = checkpoint && checkpoint.day !== null ? `, day ${checkpoint.day}` : "";
  return [
    `${phase}: ${verdict.outcome}`,
    `  ${description}`,
    `  for ${cohortText(cohort)}${stack ? `, on ${stack}` : ""}`,
    ...reach.map((line) => `    ${line}`),
    ...(checkpoint ? [`  checkpoint ${checkpoint.name}${day}`] : []),
    ...criteriaLines(verdict),
  ].join("\n");
}

/** Why a phase isn't entered: only what stands in the way. */
export function refusalText(verdict: PhaseVerdict): string {
  const { phase, outcome } = verdict;
  return [
    `${phase} is not entered: it is ${outcome}, not GO`,
    ...criteriaLines(verdict, ["NO-GO", "unknown"]),
  ].join("\n");
}

function criteriaLines({ criteria, checkpoint }: PhaseVerdict, wanted?: readonly GoNoGo[]): string[] {
  return criteria
    .filter(({ outcome }) => !wanted || wanted.includes(outcome))
    .map(({ outcome, why, from }) => {
      const source = from === "checkpoint" ? ` (${checkpoint?.name})` : "";
      return `  ${outcome.padEnd(7)}  ${why}${source}`;
    });
}

/** Who is in a cohort, such as `tenants acme; who sends the cookie rollout-track=green`. */
export function cohortText({ everybody, tenants, header, cookie }: Cohort): string {
  if (everybody) return "everybody";
  const some = [
    tenants && `tenants ${tenants.join(", ")}`,
    header && `who sends the header ${header}`,
    cookie && `who sends the cookie ${cookie}`,
  ];
  return some.filter(Boolean).join("; ");
}

export function scoreText({ verdict, why, parts }: LaunchScore): string {
  const lines = parts.map(({ weight, why }) => `  ${weight} x  ${why}`);
  return [`${verdict}: ${why}`, ...lines].join("\n");
}
