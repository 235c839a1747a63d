import { z } from "zod";
import { duration, flag, text, whole } from "./fields.ts";

/** What must hold at each step of a rollout; rollout/run/judge.ts judges it. */

const ratio = z
  .number("must be a number from 0 to 1")
  .min(0, "must be a number from 0 to 1")
  .max(1, "must be a number from 0 to 1");

const between = (above: number, below: number) => {
  const rule = `must be a number above ${above} and below ${below}`;
  return z.number(rule).gt(above, rule).lt(below, rule);
};

const counterName = text(
  "a counter's name is 1 to 30 lower-case letters, digits and -, and not errors, alarms or constructor",
  /^(?!(errors|alarms|constructor)$)[a-z][a-z0-9-]{0,29}$/,
);
const metricName = text(
  "must be the name of a metric that the application counts, such as QuotesFailed",
  /^[A-Za-z][A-Za-z0-9_.-]{0,99}$/,
);

const counter = z
  .strictObject(
    {
      bad: metricName.describe("the metric that counts the bad ones, such as QuotesFailed"),
      total: metricName.describe("the metric that counts all, such as QuotesAsked"),
      max: ratio.default(0.01).describe("the largest share that may be bad"),
      min: whole(0, 1_000_000_000)
        .default(50)
        .describe("how many there must be in a step before it may pass"),
    },
    "must be a counter: { bad, total, max, min }",
  )
  .refine(({ bad, total }) => bad !== total, {
    path: ["bad"],
    error: "must be another metric than total: all would be bad",
  });

const GATES = ["errors", "latency", "slower", "burnRate", "alarms", "4xx", "3xx", "unfinished", "cut"];

/** By the name that the screens have for it, or a counter's. */
const onFail = z
  .record(
    z.string(),
    z.enum(["roll back", "pause", "tell"], "must be roll back, pause or tell"),
    "must be a map of gates",
  )
  .default({})
  .describe(
    `what a gate that fails does, by its name (${GATES.join(", ")}, or a counter's): roll back, pause (and page, until a person has looked) or tell; what isn't named rolls back`,
  );

const fields = z.strictObject({
  errorRate: z
    .strictObject({ max: ratio.default(0.01) })
    .prefault({})
    .describe("the largest share of requests that may fail"),
  latency: z
    .strictObject({ p95: duration.default("500ms") })
    .prefault({})
    .describe(
      "the latency that 95 % of requests must stay under; from an eighth of it to eight times it `slower` compares how long answers take with stable's",
    ),
  burnRate: z
    .strictObject({
      objective: between(90, 100)
        .default(99.9)
        .describe(
          "the percentage of requests over 30 days that must be good; the alarms over hours and over a week follow it",
        ),
    })
    .prefault({})
    .describe(
      "how fast the error budget may go: 14.4 times too fast over 1 h and 5 min, or 6 times over 6 h and 30 min, sends the candidate back; once over 3 d and 6 h keeps it from passing",
    ),
  alarms: flag
    .default(true)
    .describe("whether a track's alarm that is on sends the candidate back, where there are alarms"),
  counters: z
    .record(counterName, counter, "must be a map of counters")
    .default({})
    .describe(
      "shares of what the application counts, by name: each is a gate, and another that all of it doesn't get rarer per request than on stable",
    ),
  onFail,
  minRequests: whole(1, 1_000_000_000)
    .default(200)
    .describe(
      "requests of the candidate in a step below which a gate waits. More are needed where they are no evidence yet: some 1,000 when none has failed, at an objective of 1 %",
    ),
  falseAlarm: between(0, 0.5)
    .default(0.01)
    .describe(
      "the chance that a healthy candidate is sent back, over the whole rollout and all gates together",
    ),
  miss: between(0, 0.5)
    .default(0.05)
    .describe(
      "the chance that a step is passed wrongly: by a candidate worse than stable by `smallest`, or, where bad requests are too rare to compare, by one over the objective",
    ),
  smallest: between(1, 1000)
    .default(2)
    .describe("the smallest regression that matters: 2 is twice as many bad requests as stable has"),
});

export const gates = fields.superRefine(({ onFail: named, counters }, context) => {
  for (const name of Object.keys(named))
    if (!GATES.includes(name) && !(name in counters))
      context.addIssue({ code: "custom", path: ["onFail", name], message: "no gate has that name" });
});
