import { escaped } from "../escaped.ts";
import type { Chart } from "./chart.ts";

/** A chart's place on a page, with all that its script draws it from (script.ts). */
export function figure(chart: Chart): string {
  const title = escaped(chart.title);
  return `<h2>${title}</h2><figure aria-label="${title}" data-chart="${escaped(JSON.stringify(drawn(chart)))}"></figure>`;
}

/** Four digits are more than anybody sees, and a page has thousands of values. JSON has null for a gap. */
function drawn({ series, ...chart }: Chart): object {
  return {
    ...chart,
    series: series.map(({ values, ...line }) => ({
      ...line,
      values: values.map((value) => (value === undefined ? null : Number(value.toPrecision(4)))),
    })),
  };
}
