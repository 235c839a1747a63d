import { figure } from "../../rollout/view/charts/figure.ts";
import { uPlotText } from "../../rollout/view/charts/library.ts";
import { chartScript } from "../../rollout/view/charts/script.ts";
import { colourStyle } from "../../rollout/view/charts/style.ts";
import { TONE_STYLE } from "../../rollout/view/charts/tones.ts";
import { escaped } from "../../rollout/view/escaped.ts";
import { htmlPage } from "../../rollout/view/html-page.ts";
import { qualityCharts, splitChart } from "../../rollout/view/report/charts.ts";
import type { ReportData } from "../../rollout/view/report/data.ts";

/** In CSS pixels. */
export const PICTURE = { width: 960, height: 500 };

const STYLE = `
body { margin: 0; padding: 1rem; background: var(--ground); color: var(--ink); font: 14px/1.4 system-ui, sans-serif; }
h1 { font-size: 1.1rem; margin: 0 0 .5rem; } h2 { font-size: .95rem; margin: .5rem 0 0; } figure { margin: 0; }
.u-legend { margin: 0; text-align: left; } .u-legend .u-series:first-child, .u-legend .u-value, .u-inline.u-live th::after { display: none; }
`;

/** A rollout in two charts, the split and the errors, on one ground. */
export function picturePage(data: ReportData, title: string, ground: "light" | "dark"): string {
  const [errors] = qualityCharts(data);
  const charts = [splitChart(data), ...(errors ? [errors] : [])];
  return htmlPage({
    title,
    style: `${uPlotText().style}${colourStyle(ground)}${TONE_STYLE}${STYLE}`,
    body: `<h1>${escaped(title)}</h1>${charts.map(figure).join("")}<script>${chartScript()}</script>`,
    scripted: true,
  });
}
