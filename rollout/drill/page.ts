import { chartedPage } from "../view/charts/charted-page.ts";
import { figure } from "../view/charts/figure.ts";
import { escaped } from "../view/escaped.ts";
import { duration } from "../view/figures.ts";
import { table } from "../view/html-parts.ts";
import { drillCharts } from "./page-charts.ts";
import type { CheckStatus, DrillRecord } from "./record.ts";

const KINDS: Record<string, string> = {
  restore: "Restore drill",
  migrate: "Migration drill",
  alarms: "Alarm drill",
};

const WORDS: Record<string, string> = {
  detectSeconds: "noticed after",
  recoverSeconds: "recovered after",
  slowestSeconds: "slowest answer",
  rtoSeconds: "RTO",
  rpoSeconds: "RPO",
  restoreSeconds: "restored in",
  migrateSeconds: "migrated in",
  slowestMs: "stable's slowest answer meanwhile",
};

const STYLE = `
td { overflow-wrap: anywhere; } tr.bad td, tr.good td { color: inherit; } td.said { font-weight: 600; white-space: nowrap; }
tr.bad td.said { color: var(--bad); } tr.good td.said { color: var(--good); }
@media (max-width: 40rem) { .checks table, .checks tbody, .checks tr, .checks td { display: block; } .checks thead { display: none; }
.checks td { border: 0; padding: .1rem 0; white-space: normal; } .checks tr { border-bottom: 1px solid var(--rule); padding: .5rem 0; } }
`;

/** A drill's name for people. */
export function drillTitle({ drill, stack }: Pick<DrillRecord, "drill" | "stack">): string {
  const failed = /^fail-(.+)$/.exec(drill)?.[1];
  return failed ? `Failure drill of ${stack}: ${failed}` : `${KINDS[drill] ?? drill} of ${stack}`;
}

/** What became of a drill, as one page: it opens from the disk, and loads nothing (its policy forbids it). */
export function drillPage(record: DrillRecord): string {
  const { outcome, startedAt, endedAt, by, facts, checks, told = [] } = record;
  const tone = outcome === "passed" ? "good" : outcome === "failed" ? "bad" : "";
  const when = `${new Date(startedAt).toISOString().slice(0, 19).replace("T", " ")} UTC`;
  const { fails, ...others } = facts;
  const body = `<h1>${escaped(drillTitle(record))}</h1>
<p class="faint">${when}, ${duration((endedAt - startedAt) / 1000)}, by ${escaped(by)}, on ${record.on === "aws" ? "AWS" : "this machine"}</p>
${fails === undefined ? "" : `<p>${escaped(fails)}</p>`}
<p class="outcome ${tone}">${outcome}</p>
${figures(record)}
${drillCharts(record).map(figure).join("\n")}
<h2>What was looked at</h2>
<div class="checks">${table(["check", "expected", "outcome", "found"], checks.map(checkRow))}</div>
${Object.keys(others).length === 0 ? "" : `<h2>What it was about</h2>${table(["what", ""], Object.entries(others).map(factRow))}`}
${told.length === 0 ? "" : `<h2>Journal</h2>${table(["time", "what"], told.map(toldRow))}`}`;
  return chartedPage({ title: drillTitle(record), style: STYLE, body });
}

function figures({ figures }: DrillRecord): string {
  const cards = Object.entries(figures).map(
    ([name, value]) => `<div><dt>${escaped(wordsOf(name))}</dt><dd>${valueText(name, value)}</dd></div>`,
  );
  return cards.length === 0 ? "" : `<dl>${cards.join("")}</dl>`;
}

/** `someFigureSeconds` without its unit, in words. */
function wordsOf(name: string): string {
  const apart = name
    .replace(/(Seconds|Ms)$/, "")
    .replaceAll(/[A-Z]/g, (letter) => ` ${letter.toLowerCase()}`);
  return WORDS[name] ?? apart;
}

function valueText(name: string, value: number): string {
  const unit = name.endsWith("Seconds") ? " s" : name.endsWith("Ms") ? " ms" : "";
  return `${Math.round(value * 100) / 100}${unit}`;
}

const TONES: Record<CheckStatus, string> = { pass: "good", fail: "bad", unknown: "" };

function checkRow({ name, expected = "", verdict, details }: DrillRecord["checks"][number]): string {
  return `<tr class="${TONES[verdict]}"><td>${escaped(name)}</td><td>${escaped(expected)}</td><td class="said">${verdict}</td><td>${escaped(details)}</td></tr>`;
}

function factRow([name, text]: [string, string]): string {
  return `<tr><td>${escaped(name)}</td><td>${escaped(text)}</td></tr>`;
}

function toldRow({ at, text }: { at: number; text: string }): string {
  return `<tr><td class="time">${new Date(at).toISOString().slice(11, 19)}</td><td>${escaped(text)}</td></tr>`;
}
