import { z } from "zod";
import { POLICY_IDS } from "../../policy/index.ts";
import { text } from "./fields.ts";

const dayRule = 'must be a day that exists, such as "2026-12-31"';
/** Pulumi reads a day without quotes as a time, and hands it over as `2026-12-31 00:00:00 +0000 UTC`. */
const day = z
  .string(dayRule)
  .transform((value) => value.replace(/[ T]00:00:00(Z| \+0000 UTC)$/, ""))
  .refine(isDay, dayRule);

const waiver = z.strictObject(
  {
    policy: z
      .string("must be a policy's id")
      .refine(
        (id) => POLICY_IDS.has(id),
        "there is no policy of that id (`rollout preview` and infra/policy name them)",
      )
      .describe("the id of the policy that may be broken"),
    resource: text("must be a resource's name, such as beta-database", /^\S+$/).describe(
      "the name of the resource that may break it",
    ),
    reason: text("must say why, in 10 characters or more", /^(?=.*\S).{10,}$/s).describe("why it may"),
    until: day.describe("the last day that it may, in UTC; the day after, the checks fail"),
  },
  "must be a waiver: { policy, resource, reason, until }",
);

/** Leave to break a policy for a while. Source of the ids: infra/policy. */
export const waivers = z.array(waiver, "must be a list of { policy, resource, reason, until }");

function isDay(value: string): boolean {
  if (!/^\d{4}-\d{2}-\d{2}$/.test(value)) return false;
  const date = new Date(`${value}T00:00:00Z`);
  return !Number.isNaN(date.valueOf()) && date.toISOString().startsWith(value);
}
