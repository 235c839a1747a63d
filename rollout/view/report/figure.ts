import { escaped } from "../escaped.ts";
import { type Chart, chartSvg } from "./chart.ts";

/** A chart with its title and the names of its lines. On a phone it scrolls within its own box, and the page doesn't. */
export function figure(chart: Chart): string {
  const names = chart.series
    .map(({ name, tone }) => `<span class="${tone}"><i></i>${escaped(name)}</span>`)
    .join("");
  return `<h2>${escaped(chart.title)}</h2><figure><figcaption>${names}</figcaption><div class="scroll" tabindex="0" role="group" aria-label="${escaped(chart.title)}">${chartSvg(chart)}</div></figure>`;
}
