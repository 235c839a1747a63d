import { z } from "zod";
import { isDuration, seconds } from "../../infra/settings/duration.ts";

/** Where a metric is read when the metrics file hasn't got it. */

const line = (rule: string) => z.string(rule).min(1, rule);

const overRule = 'must be a duration of whole minutes, such as "1h" or "30d"';
const over = z
  .string(overRule)
  .refine((text) => isDuration(text) && seconds(text) > 0 && seconds(text) % 60 === 0, overRule)
  .transform((text) => (isDuration(text) ? seconds(text) : 0))
  .default(3600);

const cloudwatchRule =
  "must be a metric { namespace, metric, dimensions, statistic, over } or { expression, over }, such as SUM(SEARCH(...))";

const cloudwatch = z
  .strictObject(
    {
      expression: line("must be a metric math expression, or a Metrics Insights query").optional(),
      namespace: line("must be a namespace, such as AWS/ApplicationELB").optional(),
      metric: line("must be a metric's name, such as RequestCount").optional(),
      dimensions: z
        .record(z.string(), line("must be the dimension's value"), "must be a map of dimensions")
        .default({}),
      statistic: line("must be a statistic, such as Average, Sum or p95").default("Average"),
      over,
    },
    cloudwatchRule,
  )
  .refine(
    ({ expression, namespace, metric }) =>
      expression === undefined
        ? namespace !== undefined && metric !== undefined
        : namespace === undefined && metric === undefined,
    cloudwatchRule,
  );

const sourceRule = "must be { prometheus: QUERY } or { cloudwatch: { ... } }";

export const source = z
  .strictObject(
    {
      prometheus: line(
        'must be a PromQL query that gives one figure, such as "sum(rate(errors[1h]))"',
      ).optional(),
      cloudwatch: cloudwatch.optional(),
    },
    sourceRule,
  )
  .refine(
    ({ prometheus, cloudwatch }) => (prometheus === undefined) !== (cloudwatch === undefined),
    sourceRule,
  );

export type Source = z.output<typeof source>;
export type CloudWatchSource = z.output<typeof cloudwatch>;
