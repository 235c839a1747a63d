import { z } from "zod";
import type { Mistake } from "../../explain.ts";
import { flag, text, whole } from "../fields.ts";

const status = whole(100, 599);

const expectation = z.strictObject(
  {
    status: z
      .union([status, z.array(status).min(1)], "must be a status such as 200, or a list of them")
      .default(200)
      .describe("the status, or a list of those that will do"),
    text: z
      .string("must be the text that the answer holds")
      .min(1, "must not be empty")
      .optional()
      .describe("text that the answer's body must hold"),
    echo: flag
      .default(false)
      .describe("true: the answer is JSON and repeats every field of the request's body"),
    same: flag.default(false).describe("true: the answer is the very one that was kept"),
    holds: flag
      .default(false)
      .describe("true: the answer holds the { number: true } that was sent when what it reads was kept"),
  },
  "must be an expectation: { status, text, echo, same, holds }",
);

const NAME = /^[a-z][a-z0-9_-]*$/;
const journey = z
  .strictObject(
    {
      name: text("must be a name of one line", /^\S.{0,59}$/).describe("what the user does by it"),
      weight: whole(1, 1000).default(1).describe("its share of all requests, by the sum of all weights"),
      request: text(
        "must be a method and a path, such as GET /quotes/{quote}",
        /^(GET|HEAD|POST|PUT|PATCH|DELETE) \/\S*$/,
      ).describe(
        "method and path, such as `GET /orders/{order}`: the name in braces is one that a journey keeps",
      ),
      body: z
        .record(z.string(), z.unknown(), "must be a map of fields")
        .optional()
        .describe(
          "what is sent, as JSON; a field may be { from: 1, to: 9 }, a whole number, { oneOf: [a, b] }, or { number: true }, a text that no other write has",
        ),
      expect: expectation.prefault({}).describe("what the answer must be"),
      keep: text("must be a name such as quote", NAME)
        .optional()
        .describe("keeps the answer, by its id, for a path with this name in braces"),
      id: text("must be the way to a field, such as data.id", /^[\w-]+(?:\.[\w-]+)*$/)
        .default("id")
        .describe("where an answer that is kept has its id, such as `data.id`"),
      written: z
        .string("must be a query that selects the numbers of what was written")
        .refine((query) => query.includes("{run}"), "must have {run}, which the run's numbers begin with")
        .refine((query) => /^\s*(select|with)\b/i.test(query), "must be one SELECT")
        .refine((query) => !query.includes(";"), "must be one SELECT, without a semicolon")
        .optional()
        .describe(
          "a query of the app's database that selects a row for each write, its number first: `rollout load` asks it in the end, and none may be lost or done twice",
        ),
    },
    "must be a journey: { name, weight, request, body, expect, keep, id, written }",
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
  })
  .refine(({ id, keep }) => id === "id" || keep !== undefined, {
    path: ["id"],
    message: "needs keep: only of an answer that is kept the id is wanted",
  })
  .refine(({ written, body }) => written === undefined || isNumbered(body), {
    path: ["written"],
    message: "needs a body with a number: { reference: { number: true } }",
  });

/** A request of a user's, how often it comes, and what makes its answer right. */
export type Journey = z.output<typeof journey>;

export const journeys = z.array(journey, "must be a list of journeys");

/** Where a body has the place of a write's number. */
export function isNumberPlace(value: unknown): boolean {
  return typeof value === "object" && value !== null && JSON.stringify(value) === '{"number":true}';
}

/** Whether a number is anywhere in a body. */
export function isNumbered(value: unknown): boolean {
  if (typeof value !== "object" || value === null) return false;
  return isNumberPlace(value) || Object.values(value).some(isNumbered);
}

/** What a path reads back: `quote` of `/quotes/{quote}`. */
export function keptIn(request: string): string | undefined {
  return /\{([a-z][a-z0-9_-]*)\}/.exec(request)?.[1];
}

/** What is read back must be kept by a journey; a name stands once. */
export function journeyMistakes(all: readonly Partial<Journey>[]): Mistake[] {
  const kept = all.flatMap(({ keep }) => (typeof keep === "string" ? [keep] : []));
  const numbered = all.flatMap(({ keep, body }) => (keep && isNumbered(body) ? [keep] : []));
  const names = all.map(({ name }) => name);
  return all.flatMap(({ name, request, expect }, index) => {
    const reads = typeof request === "string" ? keptIn(request) : undefined;
    const keeps = kept.join(", ") || "there is none";
    return [
      ...(reads && !kept.includes(reads)
        ? [
            {
              path: `journeys[${index}].request`,
              rule: `reads {${reads}}, which no journey keeps (${keeps})`,
            },
          ]
        : []),
      ...(expect?.holds && !numbered.includes(reads ?? "")
        ? [
            {
              path: `journeys[${index}].expect.holds`,
              rule: "needs a path with something kept whose body had a number: { reference: { number: true } }",
            },
          ]
        : []),
      ...(name !== undefined && names.indexOf(name) < index
        ? [{ path: `journeys[${index}].name`, rule: `is the name of journeys[${names.indexOf(name)}] too` }]
        : []),
    ];
  });
}
