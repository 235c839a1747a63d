import { z } from "zod";
import { tenantNames } from "../../infra/flags/schema.ts";
import { whole } from "../../infra/settings/schema/fields.ts";
import { criterionOf } from "./criterion.ts";
import { SCORE_METRIC, SCORE_PARTS } from "./score.ts";
import { source } from "./source.ts";

/** The phases of a launch: `phases.yaml` at the top of the project. */

const criterionRule =
  'must compare a metric with a figure, such as "error_percent < 0.5" or "audit_passed == true"';

const criterion = z.string(criterionRule).transform((text, context) => {
  const found = criterionOf(text);
  if (found) return found;
  context.addIssue({ code: "custom", message: criterionRule });
  return z.NEVER;
});

const criteria = z.array(criterion, "must be a list of criteria");
const someCriteria = criteria.min(1, "must have at least one criterion: nothing measured is no reason to go");

const text = (rule: string, form: RegExp) => z.string(rule).regex(form, rule);
const name = (what: string) => text(`must be the name of a ${what}`, /^[A-Za-z0-9][A-Za-z0-9._-]*$/);
const key = (what: string) =>
  text(`the name of a ${what} is of lower-case letters, digits and -`, /^[a-z][a-z0-9-]*$/);

const cohortRule = "must name tenants, a header or a cookie, or be { everybody: true }";

const cohort = z
  .strictObject(
    {
      everybody: z.literal(true, "must be true, or left out").optional(),
      tenants: tenantNames.refine((all) => all.length > 0, "must name at least one tenant").optional(),
      header: text(
        'must be a header, such as "x-rollout-track: green"',
        /^[A-Za-z0-9-]+: \S(.*\S)?$/,
      ).optional(),
      cookie: text('must be a cookie, such as "rollout-track=green"', /^[^\s=;]+=[^\s;]+$/).optional(),
    },
    cohortRule,
  )
  .refine(({ everybody, ...some }) => Object.keys(some).length > 0 !== (everybody === true), cohortRule);

const checkpoint = z.strictObject(
  {
    day: whole(0, 3650).optional(),
    go: someCriteria,
    noGo: criteria.default([]),
  },
  "must be a checkpoint: { day, go, noGo }",
);

const phase = z.strictObject(
  {
    description: z.string("must say what the phase is").min(1, "must say what the phase is"),
    stack: name("stack").optional(),
    cohort,
    checkpoint: z.string("must be the name of a checkpoint").optional(),
    entry: someCriteria,
    noGo: criteria.default([]),
  },
  "must be a phase: { description, stack, cohort, checkpoint, entry, noGo }",
);

const metricName = z
  .string()
  .regex(/^[a-z][a-z0-9_]*$/, "a metric's name is of lower-case letters, digits and _")
  .refine((name) => name !== SCORE_METRIC, `is worked out from ${SCORE_PARTS.join(", ")}`);

export const phasesSchema = z.strictObject(
  {
    metrics: z.record(metricName, source, "must be a map of metrics and where they are read").default({}),
    checkpoints: z.record(key("checkpoint"), checkpoint, "must be a map of checkpoints").default({}),
    phases: z
      .record(key("phase"), phase, "must be a map of phases")
      .refine((all) => Object.keys(all).length > 0, "must have at least one phase"),
  },
  "must be a map with the keys metrics, checkpoints and phases",
);

export type Phases = z.output<typeof phasesSchema>;
export type Phase = Phases["phases"][string];
export type Cohort = Phase["cohort"];
