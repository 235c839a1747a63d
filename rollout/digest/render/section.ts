import { type Fact, isUnknown } from "../fact.ts";
import type { Line, Section, Table } from "./document.ts";

/** A section of a fact; of an unknown one, why it is unknown. */
export function section<T>(
  title: string,
  fact: Fact<T>,
  tell: (value: T) => { lines?: (Line | string)[]; table?: Table },
): Section {
  if (isUnknown(fact)) return { title, lines: [unknownLine(fact.unknown)] };
  const { lines = [], table } = tell(fact);
  const rows = table && table.rows.length > 0 ? { table } : {};
  const said = lines.map((line) => (typeof line === "string" ? { text: line } : line));
  return { title, lines: said.length === 0 && !("table" in rows) ? [{ text: "none" }] : said, ...rows };
}

export function unknownLine(why: string, what = ""): Line {
  return { text: `${what ? `${what}: ` : ""}unknown (${why})`, tone: "unknown" };
}
