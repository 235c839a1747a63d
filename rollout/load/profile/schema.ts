import { z } from "zod";
import { milliseconds } from "../../../infra/settings/duration.ts";
import { type Journey, journeys } from "../../../infra/settings/schema/asked/journeys.ts";
import { durationOrNone, whole } from "../../../infra/settings/schema/fields.ts";
import { nth } from "../../../infra/sure.ts";

/** A load profile as a person writes it: who comes, how often, what they do, and what must hold meanwhile. */

/** RFC 2544 sets 198.18.0.0/15 aside for load tests: that is how many addresses there are for users. */
export const MOST_USERS = 131_070;

const positive = durationOrNone.refine((value) => milliseconds(value) > 0, "must be longer than 0");
const percent = z.number("must be a percentage from 0 to 100").min(0).max(100, "must be at most 100");

const stage = z.strictObject(
  { for: durationOrNone, users: whole(0, MOST_USERS) },
  "must be a stage: { for: 30s, users: 100 }",
);

const ladder = "must be in order: target, acceptable, critical";
const response = z
  .strictObject(
    {
      of: z.enum(["p50", "p95", "p99"], "must be p50, p95 or p99").default("p95"),
      target: positive.default("2s"),
      acceptable: positive.default("5s"),
      critical: positive.default("10s"),
    },
    "must be { of, target, acceptable, critical }",
  )
  .refine((at) => rising([at.target, at.acceptable, at.critical].map(milliseconds)), ladder);
const success = z
  .strictObject(
    { target: percent.default(95), acceptable: percent.default(90), critical: percent.default(85) },
    "must be { target, acceptable, critical } in percent",
  )
  .refine(({ target, acceptable, critical }) => rising([critical, acceptable, target]), ladder);
const users = z
  .strictObject(
    {
      target: whole(1, MOST_USERS).default(100),
      acceptable: whole(1, MOST_USERS).default(50),
      critical: whole(1, MOST_USERS).default(25),
    },
    "must be { target, acceptable, critical } in users",
  )
  .refine(({ target, acceptable, critical }) => rising([critical, acceptable, target]), ladder);

export const journeysSchema = journeys.min(1, "must have at least one journey");

export const profileSchema = z.strictObject(
  {
    description: z.string("must say what the profile is for").min(1, "must say what the profile is for"),
    /** The mean time between two requests of one user. */
    think: positive.default("7s"),
    arrivals: z.enum(["poisson", "constant"], "must be poisson or constant").default("poisson"),
    stages: z
      .array(stage, "must be a list of stages")
      .min(1, "must have at least one stage")
      .refine((all) => all.some(({ users }) => users > 0), "must have a stage with users")
      .refine((all) => all.some((each) => milliseconds(each.for) > 0), "must last longer than 0"),
    journeys: journeysSchema.optional(),
    thresholds: z
      .strictObject(
        { response: response.prefault({}), success: success.prefault({}), users: users.prefault({}) },
        "must be { response, success, users }",
      )
      .prefault({}),
  },
  "must be a map with the keys description, think, arrivals, stages, journeys and thresholds",
);

export type LoadStage = z.output<typeof stage>;
export type Thresholds = z.output<typeof profileSchema>["thresholds"];
export type Profile = z.output<typeof profileSchema> & { name: string; journeys: Journey[] };

function rising(values: readonly number[]): boolean {
  return values.every((value, index) => index === 0 || value >= nth(values, index - 1));
}
