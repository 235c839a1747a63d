/** A statistic of CloudWatch that the alarms here use; another is refused by its name. */
export type Statistic =
  | { kind: "Average" | "Sum" | "Minimum" | "Maximum" | "SampleCount" }
  | { kind: "percentile"; percent: number };

const SIMPLE = ["Average", "Sum", "Minimum", "Maximum", "SampleCount"] as const;

/** @throws {RangeError} for a statistic that isn't played, such as `tm90` or `PR(:300)` */
export function statisticOf(text: string): Statistic {
  const simple = SIMPLE.find((name) => name === text);
  if (simple) return { kind: simple };
  const percent = Number(/^p(\d{1,3}(?:\.\d+)?)$/.exec(text)?.[1]);
  if (percent >= 0 && percent <= 100) return { kind: "percentile", percent };
  throw new RangeError(`the statistic ${text} isn't played here`);
}

export function statisticText(statistic: Statistic): string {
  return statistic.kind === "percentile" ? `p${statistic.percent}` : statistic.kind;
}

/**
 * The statistic of the values of one period; undefined without a value: CloudWatch has no data point then.
 *
 * A percentile is the nearest rank. CloudWatch doesn't document how it interpolates; with the samples that an alarm needs
 * (see {@link minSamples}) the two are next to each other.
 */
export function statisticOver(statistic: Statistic, values: readonly number[]): number | undefined {
  if (values.length === 0) return undefined;
  switch (statistic.kind) {
    case "SampleCount":
      return values.length;
    case "Sum":
      return sum(values);
    case "Average":
      return sum(values) / values.length;
    case "Minimum":
      return values.reduce((least, value) => Math.min(least, value));
    case "Maximum":
      return values.reduce((most, value) => Math.max(most, value));
    case "percentile": {
      const sorted = Float64Array.from(values).sort();
      return sorted[Math.max(0, Math.ceil((statistic.percent / 100) * sorted.length) - 1)];
    }
  }
}

function sum(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0);
}

/**
 * With fewer samples than this a percentile is "low on samples": 200 for p95, 1,000 for p99
 * (CloudWatch User Guide, "Percentile-based alarms and low data samples").
 */
export function minSamples(percent: number): number {
  const share = percent / 100;
  const tail = share >= 0.5 ? 1 - share : share;
  return tail === 0 ? 0 : Math.round(10 / tail);
}
