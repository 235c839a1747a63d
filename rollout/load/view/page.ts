import { chartedPage } from "../../view/charts/charted-page.ts";
import { figure } from "../../view/charts/figure.ts";
import { escaped } from "../../view/escaped.ts";
import { type Comparison, METHOD } from "../compare.ts";
import { failing, timeText } from "../judge.ts";
import { mostUsers } from "../profile/stages.ts";
import { type LoadRun, outcomeOf, type Rating } from "../result.ts";
import type { TrackTally } from "../tally.ts";
import { chartsOf } from "./charts.ts";
import { differenceText, remarksOf } from "./text.ts";

const OWN_STYLE = `
tr.good td.level { color: var(--good); } tr.good td { color: inherit; }
td { overflow-wrap: anywhere; } td.level { font-weight: 600; white-space: nowrap; }
`;

function classOf({ passed, interrupted }: LoadRun): string {
  if (interrupted) return "outcome";
  return passed ? "outcome good" : "outcome bad";
}

/** A load run as one page: it opens from the disk, and loads nothing (its policy forbids it). */
export function loadPage(run: LoadRun, comparison?: Comparison): string {
  const { profile, stack } = run;
  const title = `${stack}: load ${profile.name}`;
  const body = `<h1>${escaped(title)}</h1>
<p class="faint">${escaped(profile.description)}</p>
<p class="faint">${escaped(summary(run))}</p>
<p class="${classOf(run)}">${outcomeOf(run)}</p>
${remarksOf(run)
  .map((line) => `<p class="outcome">${escaped(line)}</p>`)
  .join("\n")}
${cards(run)}
<h2>Thresholds</h2>
${table(["threshold", "level", "measured"], run.verdicts.map(verdictRow))}
${comparison ? compared(comparison) : ""}
${chartsOf(run).map(figure).join("\n")}
<h2>By journey</h2>
${table(TALLY_HEAD, tallyRows(run.journeys))}
<h2>By track</h2>
${table(TALLY_HEAD, tallyRows(run.tracks))}
${reasons(run)}
<p class="faint">Requests were due by the profile alone, however fast the answers came, and each is timed from when it was due. The load itself sent 99 of 100 within ${timeText(run.generator.lagP99)}.</p>`;
  return chartedPage({ title, style: OWN_STYLE, body });
}

function summary({ url, startedAt, seconds, profile, seed }: LoadRun): string {
  const when = startedAt.slice(0, 19).replace("T", " ");
  return `${url}, ${when} UTC, ${seconds.toFixed(0)} s, up to ${mostUsers(profile.stages)} users, each with a request every ${profile.think} (${profile.arrivals}), seed ${seed}`;
}

function cards({ requests, right, response, carriedUsers }: LoadRun): string {
  const time = (value: number | null) => (value === null ? "-" : timeText(value));
  const all: [string, string][] = [
    ["requests", String(requests)],
    ["failed", String(requests - right)],
    ["p50", time(response.p50)],
    ["p95", time(response.p95)],
    ["p99", time(response.p99)],
    ["users served at once", String(carriedUsers)],
  ];
  return `<dl>${all.map(([name, value]) => `<div><dt>${name}</dt><dd>${value}</dd></div>`).join("")}</dl>`;
}

function verdictRow({ threshold, level, text }: Rating): string {
  const tone = failing(level) ? "bad" : level === "untested" ? "" : "good";
  return `<tr class="${tone}"><td>${threshold}</td><td class="level">${level}</td><td>${escaped(text)}</td></tr>`;
}

function compared({ before, unlike, differences }: Comparison): string {
  const rows = differences.map((each) => {
    const tone = { better: "good", worse: "bad", "within noise": "" }[each.says];
    return `<tr class="${tone}"><td class="level">${each.says}</td><td>${escaped(differenceText(each))}</td></tr>`;
  });
  const doubt =
    unlike.length > 0 ? `<p class="outcome">Hardly alike: ${escaped(unlike.join(", "))}.</p>` : "";
  const body =
    rows.length > 0
      ? table(["says", "change"], rows)
      : `<p class="faint">One of them is too short to tell its own noise.</p>`;
  return `<h2>Compared with the run of ${escaped(before.slice(0, 19).replace("T", " "))} UTC</h2>${doubt}${body}<p class="faint">${escaped(METHOD)}.</p>`;
}

const TALLY_HEAD = ["name", "requests", "failed", "p50", "p95", "p99"];

function tallyRows(tallies: Record<string, TrackTally>): string[] {
  return Object.entries(tallies).map(
    ([name, { requests, failures, p50, p95, p99 }]) =>
      `<tr><td>${escaped(name)}</td><td>${requests}</td><td>${failures}</td>${[p50, p95, p99].map((ms) => `<td>${timeText(ms)}</td>`).join("")}</tr>`,
  );
}

function reasons(run: LoadRun): string {
  const all = Object.entries(run.reasons).sort(([, a], [, b]) => b - a);
  if (all.length === 0) return "";
  const rows = all.map(([reason, count]) => `<tr><td>${count}</td><td>${escaped(reason)}</td></tr>`);
  return `<h2>What failed</h2>${table(["requests", "reason"], rows)}`;
}

function table(head: string[], rows: string[]): string {
  const cells = head.map((name) => `<th scope="col">${name}</th>`).join("");
  return `<div class="scroll"><table><thead><tr>${cells}</tr></thead><tbody>${rows.join("\n")}</tbody></table></div>`;
}
