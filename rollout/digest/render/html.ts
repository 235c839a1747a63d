import { STYLE } from "../../preview/render/style.ts";
import { escaped } from "../../view/escaped.ts";
import { htmlPage } from "../../view/html-page.ts";
import type { Document, Line, Section, Table, Tone } from "./document.ts";

/** One page, also for a mail's attachment: no script, nothing from elsewhere, light and dark, from phone width up. */
export function html({ title, subtitle, summary, sections }: Document): string {
  const body = [
    `<main>\n<h1>${escaped(title)}</h1>\n<p class="label">${escaped(subtitle)}</p>`,
    list(summary),
    ...sections.map(sectionHtml),
    "</main>",
  ].join("\n");
  return htmlPage({ title, style: `${STYLE}${OWN}`, body });
}

const OWN = `
h1 { font-size: 1.5rem; margin: .5rem 0; overflow-wrap: anywhere; }
.lines { list-style: none; padding: 0; } .lines li { padding: .15rem 0 .15rem .75rem; border-left: 4px solid var(--line); margin: .25rem 0; }
.good { border-color: var(--green) !important; } .bad { border-color: var(--red) !important; }
.lines .bad, tr.bad td { color: var(--red); } .lines .unknown, tr.unknown td { color: var(--dim); }
td, th { text-align: left; vertical-align: top; font-variant-numeric: tabular-nums; }
td.long { white-space: normal; min-width: 14rem; }
`;

function sectionHtml({ title, lines, table }: Section): string {
  return `<section>\n<h2>${escaped(title)}</h2>\n${list(lines)}${table ? tableHtml(table) : ""}</section>`;
}

const WORDS: Record<Tone, string> = { good: "", bad: "Attention: ", unknown: "", "": "" };

function list(lines: Line[]): string {
  if (lines.length === 0) return "";
  const items = lines.map(({ text, tone = "" }) => `<li class="${tone}">${WORDS[tone]}${escaped(text)}</li>`);
  return `<ul class="lines">${items.join("")}</ul>\n`;
}

/** A sentence in a cell wraps; figures don't. */
const LONG = 30;

function tableHtml({ head, rows }: Table): string {
  const top = head.map((cell) => `<th scope="col">${escaped(cell)}</th>`).join("");
  const body = rows.map(({ cells, tone = "" }) => {
    const row = cells.map((cell) => `<td${cell.length > LONG ? ' class="long"' : ""}>${escaped(cell)}</td>`);
    return `<tr class="${tone}">${row.join("")}</tr>`;
  });
  // A part that scrolls is to be reached with the keyboard, too.
  return `<div class="scroll" tabindex="0"><table><thead><tr>${top}</tr></thead><tbody>${body.join("\n")}</tbody></table></div>\n`;
}
