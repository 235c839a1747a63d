import { type HtmlPage, htmlPage } from "../html-page.ts";
import { uPlotText } from "./library.ts";
import { chartScript } from "./script.ts";
import { STYLE } from "./style.ts";

export interface ChartedPage extends Omit<HtmlPage, "style" | "scripted"> {
  /** CSS of its own, besides that of all such pages. */
  style?: string;
  /** A script of its own, which comes after what draws the charts. */
  script?: string;
}

/** A page that may have charts, all in one file: the library is in it, as its policy lets it load nothing; without charts it isn't. */
export function chartedPage({ style = "", script = "", body, ...page }: ChartedPage): string {
  if (script === "" && !body.includes(" data-chart="))
    return htmlPage({ ...page, style: `${STYLE}${style}`, body });
  return htmlPage({
    ...page,
    style: `${uPlotText().style}\n${STYLE}${style}`,
    body: `${body}\n<noscript><p class="faint">The charts are drawn by a script of this page.</p></noscript>
<script>${chartScript()}${script}</script>`,
    scripted: true,
  });
}
