import type { TableLoss } from "./losses.ts";

/** What is lost when another database takes the live one's place. */
export interface Losing {
  /** From the moment that it goes back to until now. */
  seconds: number;
  /** At most: one that changed nothing counts too. Undefined where the live database can't be asked. */
  transactions?: number;
  /** Why it isn't known, as a sentence's part. */
  uncounted?: string;
  /** Those that lose something. */
  tables: TableLoss[];
}

export interface Switching {
  stack: string;
  direction: "to" | "back";
  /** Milliseconds since the epoch: the moment that the database goes back to. */
  moment: number;
  losing: Losing;
}

export interface Switched extends Switching {
  /** Where the database is that was live before. */
  kept: string;
  /** Seconds without a database. */
  seconds: number;
}

const SHOWN = 20;

/** What is said before anybody is asked. */
export function losingText({ stack, direction, moment, losing }: Switching): string {
  const at = new Date(moment).toISOString();
  const what =
    direction === "to"
      ? `${stack}'s database as it was at ${at} is ready, and takes the live one's place.`
      : `${stack}'s database of before, which served until ${at}, takes the live one's place again.`;
  const { transactions, tables, seconds } = losing;
  const counted =
    transactions === undefined
      ? (losing.uncounted ?? "the live database doesn't answer: how much that is can't be counted")
      : `at most ${transactions} transactions`;
  const more = tables.length > SHOWN ? [`  and ${tables.length - SHOWN} more tables`] : [];
  return [
    what,
    `Lost is what was written in the last ${span(seconds)} (${counted}), and what is written until then:`,
    ...(transactions !== undefined && tables.length === 0 ? ["  no row"] : []),
    ...tables.slice(0, SHOWN).map(lineOf),
    ...more,
    "The cache and the app's files stay as they are. The database of now is kept: rollout restore --back gives it its place again.",
  ].join("\n");
}

function lineOf({ table, written, back }: TableLoss): string {
  const parts = [
    ...(written > 0 ? [`${written} rows written since are gone`] : []),
    ...(back > 0 ? [`${back} changed or deleted since are as they were`] : []),
  ];
  return `  ${table}: ${parts.join(", ")}`;
}

export function switchedText({ stack, direction, moment, seconds, kept }: Switched): string {
  const at = new Date(moment).toISOString();
  const what = direction === "to" ? `as at ${at}` : `that of before again, as it was at ${at}`;
  return `${stack}: the database is ${what}, after ${seconds.toFixed(1)} s without one. The other one is kept: ${kept}\n`;
}

function span(seconds: number): string {
  const whole = Math.round(seconds);
  if (whole < 120) return `${whole} s`;
  if (whole < 7200) return `${Math.floor(whole / 60)} min ${whole % 60} s`;
  return `${Math.floor(whole / 3600)} h ${Math.floor((whole % 3600) / 60)} min`;
}
