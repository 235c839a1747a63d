import { chartedPage } from "../charts/charted-page.ts";
import { figure } from "../charts/figure.ts";
import { actsIn, entryText, isBad } from "../entry-text.ts";
import { escaped } from "../escaped.ts";
import { duration, percent } from "../figures.ts";
import { meter, table } from "../html-parts.ts";
import { seconds } from "../long-connections.ts";
import { gatesIn } from "../model.ts";
import { OnceTold } from "../once-told.ts";
import { begunIn } from "../shares.ts";
import { chartsOf } from "./charts.ts";
import type { ReportData } from "./data.ts";

/** The report as one page: it opens from the disk, and loads nothing (its policy forbids it). */
export function reportPage(data: ReportData): string {
  const { stack, state } = data;
  const title = `${stack}: ${state.stable} to ${state.candidate}`;
  const body = `<h1>${escaped(title)}</h1>
${outcome(data)}
${summary(data)}
<p class="faint">Point at a chart, or touch it, to read the figures of that moment in all of them. All times are UTC.</p>
${chartsOf(data).map(figure).join("\n")}
${longConnections(data)}<h2>Evidence at the decisions</h2>
${gates(data)}
<h2>Journal</h2>
${journal(data)}`;
  return chartedPage({ title: `Rollout of ${title}`, body });
}

function outcome({ state, from, to }: ReportData): string {
  const { rollout, outcome, stopped, stage, phase } = state;
  const when = `${new Date(from).toISOString().slice(0, 19).replace("T", " ")} UTC, ${duration((to - from) / 1000)}`;
  const said = stopped ?? outcome?.reason ?? `under way (${stage.at})`;
  const is = stopped !== undefined ? "stopped" : (outcome?.is ?? "");
  const tone = stopped !== undefined || outcome?.is === "rolled-back" ? "bad" : outcome ? "good" : "";
  const lines = phase ? [`Phase ${phase.name}, for ${phase.cohort}`, ...phase.reach] : [];
  return `<p class="faint">${escaped(rollout)}, ${when}</p>
${lines.map((line) => `<p class="faint">${escaped(line)}</p>`).join("")}
<p class="outcome ${tone}">${escaped(is ? `${is}: ${said}` : said)}</p>`;
}

function summary({ tracks, buckets }: ReportData): string {
  const cards = tracks.map((track) => {
    const counts = buckets.flatMap((bucket) => bucket.tracks[track] ?? []);
    const sum = (of: "requests" | "errors" | "slow") => counts.reduce((total, each) => total + each[of], 0);
    const requests = sum("requests");
    const part = (count: number) => percent(requests > 0 ? count / requests : undefined);
    const begun = counts.reduce((total, { sessions }) => total + begunIn(sessions), 0);
    const sessions = begun > 0 ? `<dd>${begun} new sessions</dd>` : "";
    return `<div><dt>${escaped(track)}</dt>${sessions}<dd>${requests} requests</dd><dd>${part(sum("errors"))} errors</dd><dd>${part(sum("slow"))} slow</dd></div>`;
  });
  return `<dl>${cards.join("")}</dl>`;
}

/** Nothing where there were none. */
function longConnections({ long = [] }: ReportData): string {
  const rows = long
    .filter(({ opened, cut, left, open }) => opened + cut + left + open > 0)
    .map(
      ({ step, opened, cut, medianMs, longestMs, left, open }) =>
        `<tr><td>${escaped(step)}</td><td>${opened}</td><td>${cut}</td><td>${seconds(medianMs)}</td><td>${seconds(longestMs)}</td><td>${left}</td><td>${open}</td></tr>`,
    );
  if (rows.length === 0) return "";
  const head = ["step", "opened", "cut", "back after (median)", "at most", "left", "open at its end"];
  return `<h2>WebSockets and event streams</h2>\n${table(head, rows, true)}\n`;
}

/** What the gates said when the rollout went on or went back. */
function gates({ entries, buckets }: ReportData): string {
  const rows = entries.flatMap((entry) => {
    if (entry.kind !== "passed" && entry.kind !== "rollback" && entry.kind !== "hold") return [];
    const then = buckets.findLast(({ from, gates }) => from <= entry.at && gates.length > 0);
    const decided = gatesIn(entry.evidence);
    return (decided.length > 0 ? decided : (then?.gates ?? [])).map(
      ({ name, toFail, toPass, reason }) =>
        `<tr class="${entry.kind === "passed" ? "" : "bad"}"><td>${clock(entry.at)}</td><td>${entry.kind}</td><td>${escaped(name)}</td><td class="meter">${meter("to fail", toFail)}</td><td class="meter">${meter("to pass", toPass)}</td><td>${escaped(reason)}</td></tr>`,
    );
  });
  if (rows.length === 0) return `<p class="faint">No gate has decided anything.</p>`;
  return table(["time", "decision", "gate", "to fail", "to pass", "said"], rows, true);
}

function journal({ entries }: ReportData): string {
  const acts = actsIn(entries);
  const once = new OnceTold();
  const rows = entries.map((entry, index) => {
    const tone = isBad(entry) ? "bad" : entry.kind === "ended" && entry.outcome === "promoted" ? "good" : "";
    return `<tr class="${tone}"><td>${index}</td><td class="time">${clock(entry.at)}</td><td>${entry.kind}</td><td>${escaped(once.text(entryText(entry, acts)))}</td><td>${escaped(entry.by)}</td></tr>`;
  });
  return table(["entry", "time", "kind", "what", "by"], rows, true);
}

function clock(at: number): string {
  return new Date(at).toISOString().slice(11, 23);
}
