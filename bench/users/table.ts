import { percentile } from "../../rollout/load/tally.ts";
import { type CourseResult, KILLED } from "./course.ts";
import type { PhaseNotes } from "./crowd/notes.ts";

const COLUMNS: [string, (phase: PhaseNotes) => number | string][] = [
  ["users", ({ users }) => users],
  ["pages", ({ pages }) => pages],
  ["broken", ({ broken }) => broken],
  ["writes", ({ writes }) => writes],
  ["unanswered", ({ unanswered }) => unanswered.length],
  ["sessions lost", ({ lostSessions }) => lostSessions],
  ["calls failed", ({ failedCalls }) => failedCalls],
  ["other release", ({ otherRelease }) => otherRelease],
  ["backwards", ({ backwards }) => backwards],
  ["cut", ({ streams, sockets }) => streams.cut + sockets.cut],
  ["back", ({ streams, sockets }) => streams.back.length + sockets.back.length],
  ["median", (phase) => secondsText(backOf(phase), 0.5)],
  ["longest", (phase) => secondsText(backOf(phase), 1)],
  ["p99 of answers", ({ latencies }) => secondsText(Float64Array.from(latencies).sort(), 0.99)],
];

/** A line for each phase, and what the database has. */
export function courseLines({ phases, written, killed }: CourseResult): string[] {
  const rows = [
    ["phase", ...COLUMNS.map(([name]) => name)],
    ...phases.map((phase) => [phase.name, ...COLUMNS.map(([, of]) => String(of(phase)))]),
  ];
  const widths = rows[0]!.map((_, column) => Math.max(...rows.map((row) => row[column]!.length)));
  const lines = rows.map((row) =>
    row.map((cell, at) => (at === 0 ? cell.padEnd(widths[at]!) : cell.padStart(widths[at]!))).join("  "),
  );
  const { lost, doubled, unanswered } = written;
  return [
    ...lines,
    `writes: ${sum(phases, ({ acknowledged }) => acknowledged.length)} acknowledged, ${lost.length} of them lost; ` +
      `${doubled.length} done twice; ${unanswered.length} unanswered, of which ${unanswered.filter(({ there }) => there).length} were done`,
    ...phases.flatMap(({ name, reasons }) =>
      Object.entries(reasons).map(([reason, count]) => `${name}: ${count} x ${reason}`),
    ),
    ...[...lost.map((number) => `lost: ${number}`), ...doubled.map((number) => `done twice: ${number}`)],
    ...[...Map.groupBy(unanswered, ({ phase }) => phase)].map(
      ([phase, all]) =>
        `unanswered ${phase === KILLED ? `by ${killed}, which was killed` : `(${phase})`}: ` +
        all.map(({ number, there }) => `${number}${there ? " (done)" : ""}`).join(", "),
    ),
  ];
}

/** What must not have happened, but for what the killed server held. */
export function complaintsOf({ phases, written }: CourseResult): string[] {
  const alive = phases.filter(({ name }) => name !== KILLED);
  const counts: [string, number][] = [
    ["pages were broken", sum(alive, ({ broken }) => broken)],
    ["sessions were lost", sum(phases, ({ lostSessions }) => lostSessions)],
    ["acknowledged writes were lost", written.lost.length],
    ["writes were done twice", written.doubled.length],
    ["writes got no answer", sum(alive, ({ unanswered }) => unanswered.length)],
  ];
  return counts.flatMap(([what, count]) => (count > 0 ? [`${count} ${what}`] : []));
}

export function sum(phases: readonly PhaseNotes[], of: (phase: PhaseNotes) => number): number {
  return phases.reduce((total, phase) => total + of(phase), 0);
}

function backOf({ streams, sockets }: PhaseNotes): Float64Array {
  return Float64Array.from([...streams.back, ...sockets.back]).sort();
}

function secondsText(sorted: Float64Array, share: number): string {
  return sorted.length === 0 ? "-" : `${(percentile(sorted, share) / 1000).toFixed(1)} s`;
}
