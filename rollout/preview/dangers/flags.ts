import { EVERYBODY, flagChanges } from "../flags.ts";
import { type DangerCheck, danger } from "./danger.ts";

/** A flag that some or none had goes to all at once: no track and no step of the plan holds it back. */
export const flagForEverybody: DangerCheck = ({ before, after }) =>
  flagChanges(before, after)
    .filter((flag) => flag.after === EVERYBODY)
    .map((flag) =>
      danger({
        severity: "warning",
        kind: "flag-everybody",
        title: `Flag ${flag.key} goes to everybody; ${flag.before} had it`,
        resources: [flag.resource],
        property: flag.key,
        before: flag.before,
        after: flag.after,
        why: "Within minutes every user has it, on every track: no weight and no gate of a rollout holds it back.",
        advice: `Give it a \`percent\` of tenants first. Back: \`rollout flags off ${flag.key}\`.`,
      }),
    );
