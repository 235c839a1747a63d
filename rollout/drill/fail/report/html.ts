import { escaped } from "../../../view/escaped.ts";
import { htmlPage } from "../../../view/html-page.ts";
import type { DrillRecord } from "../../record.ts";
import { expectedOf, figureTexts, titleOf } from "./summary.ts";

const STYLE = `
:root { color-scheme: light dark }
body { font: 1rem/1.5 system-ui, sans-serif; margin: 2rem auto; max-width: 60rem; padding: 0 1rem; overflow-wrap: anywhere;
  background: light-dark(#ffffff, #111316); color: light-dark(#1c2024, #edeef0) }
table { border-collapse: collapse; width: 100% }
th { white-space: nowrap } th, td { text-align: left; vertical-align: top; padding: .4rem .6rem .4rem 0; border-bottom: 1px solid #8886 }
.pass { color: light-dark(#1a6e2e, #6fd08c) } .fail { color: light-dark(#b3261e, #ff8a80); font-weight: 600 }
.unknown { color: light-dark(#7a5c00, #e3c266) } .faint { color: light-dark(#60646c, #a0a6b0) }
@media (max-width: 40rem) { table, tbody, tr, td { display: block } thead { display: none } td { border: 0; padding: .1rem 0 }
tr { border-bottom: 1px solid #8886; padding: .5rem 0; display: block } td:first-child { font-weight: 600 } }
`;

/** The report as one page: it opens from the disk, and loads nothing (its policy forbids it). */
export function failHtml(record: DrillRecord): string {
  const { outcome, startedAt, endedAt, by, facts } = record;
  const tone = outcome === "passed" ? "pass" : outcome === "failed" ? "fail" : "unknown";
  const when = `${new Date(startedAt).toISOString().slice(0, 19).replace("T", " ")} UTC`;
  const body = `<h1>${escaped(titleOf(record))}</h1>
<p>${escaped(facts.fails ?? "")}: <b class="${tone}">${outcome}</b></p>
<p class="faint">${when}, ${Math.round((endedAt - startedAt) / 1000)} s, by ${escaped(by)}</p>
<ul>${figureTexts(record)
    .map((each) => `<li>${escaped(each)}</li>`)
    .join("")}</ul>
<table>
<thead><tr><th>Check</th><th>Expected</th><th>Outcome</th><th>Found</th></tr></thead>
<tbody>
${rows(record)}
</tbody>
</table>
<h2>What it was about</h2>
<ul>${Object.entries(facts)
    .map(([name, text]) => `<li>${escaped(name)}: ${escaped(text)}</li>`)
    .join("")}</ul>`;
  return htmlPage({ title: titleOf(record), style: STYLE, body });
}

function rows(record: DrillRecord): string {
  const expected = expectedOf(record);
  return record.checks
    .map(({ name, verdict, details }) => {
      const cells = [escaped(name), escaped(expected.get(name) ?? "")].map((each) => `<td>${each}</td>`);
      return `<tr>${cells.join("")}<td class="${verdict}">${verdict}</td><td>${escaped(details)}</td></tr>`;
    })
    .join("\n");
}
