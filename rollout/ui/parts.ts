import { refusal } from "../core/command.ts";
import type { Command, JournalEntry } from "../core/journal.ts";
import type { RolloutState } from "../core/state.ts";
import { type AlarmSight, type MetricSecond, secondsSince } from "../core/verdict.ts";
import { weightsText } from "../core/weights.ts";
import { figure } from "../view/charts/figure.ts";
import { actsIn, entryText, isBad } from "../view/entry-text.ts";
import { escaped } from "../view/escaped.ts";
import { duration, percent } from "../view/figures.ts";
import { meter, table } from "../view/html-parts.ts";
import type { GateBar, StatusView } from "../view/model.ts";
import { OnceTold } from "../view/once-told.ts";
import { qualityCharts } from "../view/report/charts.ts";
import { bucketsOf } from "../view/report/data.ts";
import { type SplitRow, splitNotes, splitRows } from "../view/status.ts";
import { leftText } from "../view/time-left.ts";
import { type Button, type PageParts, PLACES } from "./page.ts";

/** Everything that is seen of a rollout at one moment. */
export interface LiveSight {
  view: StatusView;
  state: RolloutState;
  entries: readonly JournalEntry[];
  /** Oldest first. */
  seconds: readonly MetricSecond[];
  /** Until when they reach, in milliseconds since the epoch. */
  through: number;
  alarms: AlarmSight | undefined;
}

/** The page of a stack that has had no rollout. */
export const NOTHING: PageParts = {
  places: {
    ...(Object.fromEntries(PLACES.map((place) => [place, ""])) as PageParts["places"]),
    now: "<p>No rollout has begun.</p>",
  },
  words: [],
};

export function partsOf(seen: LiveSight): PageParts {
  const { view } = seen;
  return {
    places: {
      now: now(view),
      split: split(view),
      gates: gates(view.gates),
      tracks: tracks(view),
      alarms: alarms(seen.alarms),
      charts: charts(seen),
      journal: journal(seen.entries),
    },
    words: words(seen),
  };
}

function now(view: StatusView): string {
  const { stable, candidate, rollout, doing, attention, steps, phase } = view;
  const step = ({ weight, bakeSeconds, is }: StatusView["steps"][number]) =>
    `<span class="${is}">${is === "done" ? "✓" : is === "now" ? "▸" : "·"} ${weight} % ${duration(bakeSeconds)}</span>`;
  return `<p><b>${escaped(stable)} → ${escaped(candidate)}</b> <span class="faint">${escaped(rollout)}</span></p>
${phase ? `<p>phase ${escaped(phase.name)}, for ${escaped(phase.cohort)}</p>` : ""}
<p class="outcome">${escaped(doing)}${escaped(leftText(view.left))}</p>
${attention ? `<p class="outcome bad">${escaped(attention)}</p>` : ""}
<p class="steps">${steps.map(step).join("")}</p>`;
}

function split(view: StatusView): string {
  const { candidate } = view;
  const row = ({ name, weights, of }: SplitRow) =>
    weights
      ? `<span class="faint">${name}</span><meter aria-label="${name}: share of ${escaped(candidate)}" max="100" value="${weights[candidate] ?? 0}"></meter><span>${escaped(weightsText(weights))}${escaped(of)}</span>`
      : `<span class="faint">${name}</span><span></span><span>unknown: the balancer can't be read</span>`;
  const note = ({ name, text }: { name: string; text: string }) =>
    `<p><span class="faint">${name}</span> ${escaped(text)}</p>`;
  return `<div class="split">${splitRows(view).map(row).join("")}</div>${splitNotes(view).map(note).join("")}`;
}

function gates(all: readonly GateBar[]): string {
  if (all.length === 0) return `<p class="faint">No gate is asked now.</p>`;
  const rows = all.map(({ name, outcome, hold, reason, toFail, toPass }) => {
    const says = hold ? "hold" : outcome;
    const tone = outcome === "fail" || hold ? "bad" : outcome === "pass" ? "good" : "";
    return `<tr class="${tone} gate"><td>${escaped(name)}</td><td>${says}</td><td class="meter">${meter("to fail", toFail)}</td><td class="meter">${meter("to pass", toPass)}</td></tr>
<tr class="${tone}"><td class="why" colspan="4">${escaped(reason)}</td></tr>`;
  });
  return table(["gate", "says", "to fail", "to pass"], rows);
}

function tracks({ tracks, slowMs, windowSeconds, behindSeconds, unread }: StatusView): string {
  const rows = tracks.map(
    ({ name, role, perSecond, errors, slow }) =>
      `<tr><td>${escaped(name)}</td><td>${role}</td><td>${perSecond?.toFixed(1) ?? "-"}</td><td>${percent(errors)}</td><td>${percent(slow)}</td></tr>`,
  );
  const when = behindSeconds <= windowSeconds ? "" : `, ${duration(behindSeconds)} ago`;
  const caption = unread ? `The metrics can't be read: ${unread}` : `Over ${windowSeconds} s${when}`;
  return `<h2>Tracks</h2><p class="faint">${escaped(caption)}</p>${table(["track", "role", "requests/s", "errors", `over ${slowMs} ms`], rows)}`;
}

function alarms(sight: AlarmSight | undefined): string {
  if (!sight) return `<p class="faint">They are asked while the candidate has users.</p>`;
  if ("error" in sight) return `<p>They can't be read: ${escaped(sight.error)}</p>`;
  const rows = [...sight.candidate, ...sight.stable].map(
    ({ name, state, reason }) =>
      `<tr class="${state === "ALARM" ? "bad" : ""}"><td>${escaped(name)}</td><td>${escaped(state)}</td><td>${escaped(reason ?? "")}</td></tr>`,
  );
  return rows.length > 0 ? table(["alarm", "state", "why"], rows) : `<p class="faint">None.</p>`;
}

/** How long the charts look back, and over how many seconds a point of theirs is, in seconds. */
const LOOK_BACK = 600;
const POINT = 5;

/** Errors and slow answers of each track. What is older is in the report. */
function charts({ view, state, seconds, through }: LiveSight): string {
  const to = Math.floor(through / 1000 / POINT) * POINT;
  const from = to - LOOK_BACK;
  const [start, end] = [from * 1000, to * 1000];
  const tracks = [...new Set([state.stable, state.candidate, ...view.tracks.map(({ name }) => name)])];
  const buckets = bucketsOf(secondsSince(seconds, from), start, end, LOOK_BACK / POINT);
  return qualityCharts({ tracks, state, from: start, to: end, marks: [], buckets }).map(figure).join("\n");
}

/** The newest first. */
function journal(entries: readonly JournalEntry[]): string {
  const acts = actsIn(entries);
  const once = new OnceTold();
  const begun = entries.findLastIndex(({ kind }) => kind === "begin");
  const rows = entries.slice(Math.max(0, begun)).map((entry) => {
    const time = new Date(entry.at).toISOString().slice(11, 19);
    return `<tr class="${isBad(entry) ? "bad" : ""}"><td class="time">${time}</td><td>${escaped(once.text(entryText(entry, acts)))}</td><td>${escaped(entry.by)}</td></tr>`;
  });
  return table(["time", "what", "by"], rows.toReversed());
}

/** What may be said, and what it will do. */
function words({ state, view }: LiveSight): Button[] {
  const { stable, candidate, plan, stage } = state;
  const share = view.real?.[candidate];
  const next = stage.at === "bake" ? plan.steps[stage.step + 1] : undefined;
  const told: Record<"pause" | "resume" | "promote" | "rollback", [label: string, will: string]> = {
    pause: [
      "Pause",
      `No step is taken until somebody resumes. The gates go on watching: if ${candidate} gets sick it is rolled back all the same.`,
    ],
    resume: ["Resume", "The rollout goes on from where it is."],
    promote: [
      "Promote",
      `The rest of this bake is skipped on your word: ${next ? `${candidate} gets ${next.weight} % of the traffic now` : `${candidate} is promoted now`}. A gate that has failed isn't overruled.`,
    ],
    rollback: [
      "Roll back",
      `All traffic goes to ${stable} at once${share === undefined ? "" : `: ${candidate} has ${share} % of it now`}. Its users are moved, and this rollout is over.`,
    ],
  };
  return (Object.keys(told) as (keyof typeof told)[]).map((command) => {
    const [label, will] = told[command];
    const refused = refusal(state, { command: command as Command }) ?? idle(command, state);
    return { command, label, will, ...(refused !== undefined && { refused }) };
  });
}

/** A word that changes nothing isn't offered. */
function idle(command: string, { paused, stopped }: RolloutState): string | undefined {
  if (command === "resume" && !paused && stopped === undefined) return "nothing is paused";
  return command === "pause" && paused ? "it is paused already" : undefined;
}
