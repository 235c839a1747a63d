import type { Hazard } from "../../migration/hazard.ts";
import type { TakenLock } from "../../migration/watch/locks.ts";
import type { Findings } from "../findings.ts";
import type { MigratedRows } from "./tables.ts";
import type { Walked, Walker } from "./walk.ts";

/** What the checks of a drilled migration are called, in the order in which they are told. */
export const CHECKS = [
  "backups",
  "before",
  "migration",
  "locks",
  "while it runs",
  "stable after it",
  "candidate",
  "back to stable",
  "orders",
  "rows",
  "removed",
] as const;

export type MigrateFindings = Findings<(typeof CHECKS)[number]>;

/** Longer than users wait for a page. */
const BLOCKED_MS = 2_000;

export function judgeLocks(locks: readonly TakenLock[], findings: MigrateFindings): void {
  const text = ({ table, mode, blocks, ms }: TakenLock) =>
    `${table}: ${mode}, at least ${Math.round(ms)} ms, blocks ${blocks}`;
  const bad = locks.filter(({ blocks, ms }) => blocks !== "schema changes" && ms > BLOCKED_MS);
  findings.judge(
    "locks",
    bad.map(text),
    locks.length === 0
      ? "none was taken of a table that was there before"
      : locks.slice(0, 20).map(text).join("; "),
  );
}

/** What the watching of it saw: whom it breaks, blocks, what it loses, whoever wrote it in whichever language. */
export function hazardsText(hazards: readonly Hazard[]): string {
  const text = hazards
    .slice(0, 20)
    .map(({ effect, where, what, instead }) => `${effect}: ${where}: ${what}. ${instead}`);
  const more = hazards.length > 20 ? [`and ${hazards.length - 20} more`] : [];
  return [...text, ...more].join("\n") || "none";
}

/** What was wrong in walks, once each, and how many answers were right. */
export function judgeWalks(
  name: "before" | "while it runs" | "stable after it" | "candidate" | "back to stable",
  walked: readonly Walked[],
  smoke: { passed: boolean; details: readonly string[] } | undefined,
  findings: MigrateFindings,
): void {
  const mistakes = [
    ...new Set(walked.flatMap((each) => (each.mistake === undefined ? [] : [mistakeText(each)]))),
  ];
  const failed = smoke?.passed === false ? smoke.details : [];
  const slowest = Math.max(0, ...walked.map(({ ms }) => ms));
  const tests = smoke ? `the smoke tests pass, ` : "";
  findings.judge(
    name,
    [...failed, ...mistakes],
    `${tests}${walked.length} answers are right, the slowest in ${Math.round(slowest)} ms`,
  );
}

function mistakeText({ journey, by, of, mistake }: Walked): string {
  return `${journey}${of === undefined || of === by ? "" : ` (written by ${of}, read by ${by})`}: ${mistake}`;
}

const OLD: readonly Walker[] = ["stable before", "stable meanwhile", "stable after"];
const ORDERS: readonly [string, of: readonly Walker[], by: readonly Walker[]][] = [
  ["old writes, old reads", OLD, ["stable after", "stable again"]],
  ["old writes, new reads", OLD, ["candidate"]],
  ["new writes, new reads", ["candidate"], ["candidate"]],
  ["new writes, old reads", ["candidate"], ["stable again"]],
];

/** All four orders of old and new: one that nobody has walked isn't known to work. */
export function judgeOrders(walked: readonly Walked[], findings: MigrateFindings): void {
  const told = ORDERS.map(([order, of, by]) => {
    const reads = walked.filter((each) => each.of && of.includes(each.of) && by.includes(each.by));
    return { order, reads: reads.length, bad: reads.filter(({ mistake }) => mistake !== undefined).length };
  });
  const text = told.map(({ order, reads, bad }) => `${order}: ${reads - bad} of ${reads}`).join("; ");
  if (told.some(({ bad }) => bad > 0)) findings.add("orders", "fail", text);
  else if (told.some(({ reads }) => reads === 0))
    findings.add(
      "orders",
      "unknown",
      `${text}; a journey that keeps what it writes and one that reads it show it`,
    );
  else findings.add("orders", "pass", text);
}

export function judgeRows(
  { lost, changed }: MigratedRows,
  tables: number,
  rows: number,
  findings: MigrateFindings,
): void {
  const others =
    changed.length > 0 ? `; with other values in columns that were there: ${changed.join("; ")}` : "";
  findings.judge("rows", lost, `none of ${rows} rows in ${tables} tables is lost${others}`);
}
