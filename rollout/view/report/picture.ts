import { escaped } from "../escaped.ts";
import { type Chart, chartSvg } from "./chart.ts";
import { qualityCharts, splitChart } from "./charts.ts";
import type { ReportData } from "./data.ts";
import { chartStyle } from "./style.ts";

const WIDTH = 960;
const CHART = 190;
const CAPTION = 30;

/** A rollout as one picture that stands by itself: the split, and errors. @param ground what it is seen on */
export function rolloutPicture(data: ReportData, title: string, ground: "light" | "dark"): string {
  const [errors] = qualityCharts(data);
  const charts = [splitChart(data), ...(errors ? [errors] : [])];
  const height = 44 + charts.length * (CAPTION + CHART);
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${WIDTH} ${height}" width="${WIDTH}" height="${height}" role="img" font-family="system-ui, sans-serif">
<title>${escaped(title)}</title>
<style>${chartStyle(ground)}
.word { font-size: 13px; fill: var(--ink); } .head { font-size: 17px; font-weight: 600; fill: var(--ink); }</style>
<rect width="${WIDTH}" height="${height}" rx="8" fill="var(--ground)"/>
<text class="head" x="16" y="30">${escaped(title)}</text>
${charts.map((chart, index) => placed(chart, 44 + index * (CAPTION + CHART))).join("\n")}
</svg>
`;
}

function placed(chart: Chart, top: number): string {
  const names = chart.series
    .map(
      ({ name, tone }) => `<tspan dx="14" fill="var(--${tone})" font-weight="600">${escaped(name)}</tspan>`,
    )
    .join("");
  const drawn = chartSvg(chart)
    .replace("<svg ", `<svg y="${top + CAPTION}" width="${WIDTH}" height="${CHART}" `)
    .replace(/\n<line class="cursor".*/, "");
  return `<text class="word" x="16" y="${top + 20}">${escaped(chart.title)}${names}</text>\n${drawn}`;
}
