import type { MetricId } from "../../../alarms/model.ts";

/** A metric's samples since the last look. */
export interface Sample {
  metric: MetricId;
  values: number[];
}

/** Figures that are there, each under its metric's name. */
export function given(
  namespace: string,
  dimensions: Record<string, string>,
  figures: Record<string, number | number[] | undefined>,
): Sample[] {
  return Object.entries(figures).flatMap(([name, figure]) => {
    const values = figure === undefined ? [] : [figure].flat();
    return values.length > 0 ? [{ metric: { namespace, name, dimensions }, values }] : [];
  });
}
