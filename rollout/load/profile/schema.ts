import { z } from "zod";
import { milliseconds } from "../../../infra/settings/duration.ts";
import { durationOrNone, text, whole } from "../../../infra/settings/schema/fields.ts";
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

const expectation = z.strictObject(
  {
    status: whole(100, 599).default(200),
    /** The body holds this text. */
    text: z.string("must be the text that the answer holds").min(1, "must not be empty").optional(),
    /** The answer is JSON and repeats every field of the request's body. */
    echo: z.boolean("must be true or false").default(false),
    /** The answer is the one that was kept. */
    same: z.boolean("must be true or false").default(false),
  },
  "must be an expectation: { status, text, echo, same }",
);

const NAME = /^[a-z][a-z0-9_-]*$/;
const journey = z
  .strictObject(
    {
      name: text("must be a name of one line", /^\S.{0,59}$/),
      weight: whole(1, 1000),
      request: text(
        "must be a method and a path, such as GET /quotes/{quote}",
        /^(GET|HEAD|POST|PUT|PATCH|DELETE) \/\S*$/,
      ),
      body: z.record(z.string(), z.unknown(), "must be a map of fields").optional(),
      expect: expectation.prefault({}),
      keep: text("must be a name such as quote", NAME).optional(),
    },
    "must be a journey: { name, weight, request, body, expect, keep }",
  )
  .refine(({ request, body }) => !body || /^(POST|PUT|PATCH) /.test(request), {
    path: ["body"],
    message: "goes with POST, PUT and PATCH only",
  })
  .refine(({ expect, body }) => !expect.echo || body, {
    path: ["expect", "echo"],
    message: "needs a body to be repeated",
  })
  .refine(({ expect, request }) => !expect.same || keptIn(request), {
    path: ["expect", "same"],
    message: "needs a path with something kept, such as /quotes/{quote}",
  });

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

export const journeysSchema = z
  .array(journey, "must be a list of journeys")
  .min(1, "must have at least one journey");

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

export type Journey = z.output<typeof journey>;
export type LoadStage = z.output<typeof stage>;
export type Thresholds = z.output<typeof profileSchema>["thresholds"];
export type Profile = z.output<typeof profileSchema> & { name: string; journeys: Journey[] };

/** What a path reads back: `quote` of `/quotes/{quote}`. */
export function keptIn(request: string): string | undefined {
  return /\{([a-z][a-z0-9_-]*)\}/.exec(request)?.[1];
}

function rising(values: readonly number[]): boolean {
  return values.every((value, index) => index === 0 || value >= nth(values, index - 1));
}
