import { first, nth } from "../../infra/sure.ts";
import { type Weights, weightsText } from "../core/weights.ts";
import { duration, percent } from "./figures.ts";
import type { GateBar, StatusView, StepView } from "./model.ts";
import { plainLines } from "./plain.ts";
import type { Parts } from "./shares.ts";
import { leftText } from "./time-left.ts";

export interface Terminal {
  color: boolean;
  /** Columns of the terminal. */
  width: number;
}

type Paint = (color: keyof typeof COLORS, text: string) => string;

/** SGR codes, which every terminal's theme shows in its own shades. */
const COLORS = { red: 31, green: 32, yellow: 33, blue: 34, dim: 2, bold: 1 } as const;

/** The rollout on a terminal, a screen of lines. */
export function statusLines(told: StatusView, { color, width }: Terminal): string[] {
  const view = plainLines(told);
  const paint: Paint = (name, text) => (color ? `\x1b[${COLORS[name]}m${text}\x1b[0m` : text);
  const { stack, candidate, stable, doing, attention } = view;
  return [
    `${paint("bold", `${stack}: ${stable} -> ${candidate}`)}  ${paint("dim", view.rollout)}`,
    ...(view.phase ? [`phase ${view.phase.name}, for ${view.phase.cohort}`] : []),
    `${doing}${leftText(view.left)}`,
    ...(attention ? [paint("yellow", attention)] : []),
    "",
    `steps   ${view.steps.map((step) => stepText(step, paint)).join("  ")}`,
    ...splitLines(view, paint, width),
    ...splitNotes(view).map(({ name, text }) => `${name.padEnd(6)}  ${text}`),
    "",
    ...trackLines(view, paint),
    ...gateLines(view.gates, paint, width),
  ];
}

/** The same in one line, for a log. */
export function statusLine(told: StatusView): string {
  const view = plainLines(told);
  const { doing, attention, asked, real, shares, tracks, gates } = view;
  const served = tracks
    .filter(({ perSecond = 0 }) => perSecond > 0)
    .map(({ name, perSecond = 0, errors }) => `${name} ${perSecond.toFixed(0)}/s ${percent(errors)} errors`);
  const evidence = gates.map(
    ({ name, toFail, toPass }) => `${name} fail ${whole(toFail)} pass ${whole(toPass)}`,
  );
  return [
    `${doing}${leftText(view.left)}`,
    ...(attention ? [attention] : []),
    `asked ${weightsText(asked)}`,
    `real ${real ? weightsText(real) : "unknown"}`,
    ...(shares.begun ? [`new ${weightsText(inPercent(shares.begun))} of ${shares.sessions} sessions`] : []),
    ...(shares.active ? [`active ${weightsText(inPercent(shares.active))}`] : []),
    ...drainText(view),
    ...served,
    ...evidence,
  ].join("; ");
}

function stepText({ weight, bakeSeconds, is }: StepView, paint: Paint): string {
  const text = `${weight} % ${duration(bakeSeconds)}`;
  if (is === "done") return paint("green", `[x] ${text}`);
  return is === "now" ? paint("bold", `[>] ${text}`) : paint("dim", `[ ] ${text}`);
}

/**
 * What config asks and what the balancer has; then where users are: the sessions that began since, what those ask for that have
 * one, and all requests. Who has begun stays with the version that he met, so that the last two follow as sessions end.
 */
function splitLines(view: StatusView, paint: Paint, width: number): string[] {
  const { candidate } = view;
  const room = Math.max(10, Math.min(50, width - 40));
  const line = ({ name, weights, of }: SplitRow) => {
    if (!weights) return `${name.padEnd(6)}  ${paint("red", "unknown: the balancer can't be read")}`;
    const share = Math.round(((weights[candidate] ?? 0) * room) / 100);
    const bar = `${paint("blue", "#".repeat(share))}${paint("dim", ".".repeat(room - share))}`;
    return `${name.padEnd(6)}  ${bar}  ${weightsText(weights)}${of}`;
  };
  return splitRows(view).map(line);
}

export interface SplitRow {
  name: string;
  /** Undefined where the balancer can't be read. */
  weights: Weights | undefined;
  /** Of how many, where it is a count. */
  of: string;
}

/** Each way to say who has how much. */
export function splitRows({ asked, real, shares }: StatusView): SplitRow[] {
  const { begun, sessions, active, requests } = shares;
  return [
    { name: "asked", weights: asked, of: "" },
    { name: "real", weights: real, of: "" },
    ...(begun ? [{ name: "new", weights: inPercent(begun), of: ` of ${sessions} sessions` }] : []),
    ...(active ? [{ name: "active", weights: inPercent(active), of: "" }] : []),
    ...(requests ? [{ name: "served", weights: inPercent(requests), of: "" }] : []),
  ];
}

/** What is to be said of the split besides: how far users are behind it, and who stays where he began. */
export function splitNotes(view: StatusView): { name: string; text: string }[] {
  const { lag, active } = view.shares;
  return [
    ...(lag ? [{ name: "lag", text: lagText(view.candidate, lag, active !== undefined) }] : []),
    ...drainText(view).map((text) => ({ name: "drains", text })),
  ];
}

function inPercent(parts: Parts): Weights {
  return Object.fromEntries(Object.entries(parts).map(([track, part]) => [track, Math.round(100 * part)]));
}

/** Such as `green is 12 points behind what is asked, of what sessions ask for`. */
function lagText(candidate: string, lag: number, ofSessions: boolean): string {
  const points = Math.abs(lag) === 1 ? "1 point" : `${Math.abs(lag)} points`;
  const of = ofSessions ? "of what sessions ask for" : "of all requests";
  return `${candidate} is ${points} ${lag > 0 ? "behind" : "ahead of"} what is asked, ${of}`;
}

/** Who is still where he began, such as `blue keeps its sessions, 12.5 requests/s (4 % of all), 32 min more at most`. */
function drainText({ draining, tracks }: StatusView): string[] {
  if (!draining) return [];
  const { track, leftSeconds } = draining;
  const all = tracks.reduce((sum, { perSecond = 0 }) => sum + perSecond, 0);
  const own = tracks.find(({ name }) => name === track)?.perSecond;
  const share = own === undefined || all === 0 ? "" : ` (${percent(own / all)} of all)`;
  const load = own === undefined ? "" : `, ${own.toFixed(1)} requests/s${share}`;
  return [`${track} keeps its sessions${load}, ${duration(leftSeconds)} more at most`];
}

function trackLines(view: StatusView, paint: Paint): string[] {
  const { tracks, slowMs, unread } = view;
  const rows = tracks.map(({ name, role, perSecond, errors, slow }) => [
    role ? `${name} (${role})` : name,
    perSecond === undefined ? "-" : perSecond.toFixed(1),
    percent(errors),
    percent(slow),
  ]);
  const head = [windowText(view), "requests/s", "errors", `over ${slowMs} ms`];
  const widths = head.map((_, column) => Math.max(...[head, ...rows].map((row) => nth(row, column).length)));
  const text = (row: string[]) =>
    row
      .map((cell, column) => (column === 0 ? cell.padEnd(first(widths)) : cell.padStart(nth(widths, column))))
      .join("   ");
  const lines = [paint("dim", text(head)), ...rows.map(text)];
  return unread === undefined ? lines : [...lines, paint("yellow", `the metrics can't be read: ${unread}`)];
}

/** Such as `60 s, 3 min ago`. */
function windowText({ windowSeconds, behindSeconds }: StatusView): string {
  if (behindSeconds <= windowSeconds) return `last ${windowSeconds} s`;
  return `${windowSeconds} s, ${duration(behindSeconds)} ago`;
}

/** Two bars a gate: how far the evidence is on the way to fail, and how far to pass. */
function gateLines(gates: GateBar[], paint: Paint, width: number): string[] {
  if (gates.length === 0) return [];
  const room = Math.max(8, Math.min(24, Math.floor((width - 44) / 2)));
  const name = Math.max(...gates.map((gate) => gate.name.length));
  return [
    "",
    ...gates.flatMap((gate) => {
      const fail = paint("red", bar(gate.toFail, room));
      const pass = paint("green", bar(gate.toPass, room));
      return [
        `${gate.name.padEnd(name)}  fail |${fail}| ${whole(gate.toFail)}  pass |${pass}| ${whole(gate.toPass)}`,
        `${" ".repeat(name)}  ${paint(colorOf(gate), gate.hold ? "hold" : gate.outcome)}: ${gate.reason}`,
      ];
    }),
  ];
}

function colorOf({ outcome, hold }: GateBar): keyof typeof COLORS {
  if (outcome === "wait") return hold ? "yellow" : "dim";
  return outcome === "pass" ? "green" : "red";
}

/** Full only when it is: at 99.9 % a gate has not decided yet. */
function bar(share: number, room: number): string {
  const filled = share >= 1 ? room : Math.min(room - 1, Math.round(share * room));
  return "#".repeat(filled).padEnd(room, ".");
}

function whole(share: number): string {
  return `${Math.floor(share * 100)} %`.padStart(5);
}
