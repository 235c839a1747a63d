import { isObject, type Shown } from "./shown.ts";

const LONGEST = 240;
const MOST_LINES = 8;

/** A value in a few words. */
export function brief(value: Shown | undefined): string {
  if (value === undefined || value === null) return "none";
  if (typeof value === "string") return clipped(value === "" ? '""' : value);
  if (Array.isArray(value)) return clipped(value.length === 0 ? "none" : value.map(inner).join(", "));
  return clipped(inner(value));
}

function inner(value: Shown): string {
  if (isObject(value)) {
    return `{ ${Object.entries(value)
      .map(([key, each]) => `${key}: ${inner(each)}`)
      .join(", ")} }`;
  }
  return Array.isArray(value) ? `[${value.map(inner).join(", ")}]` : String(value);
}

function clipped(text: string): string {
  return text.length <= LONGEST ? text : `${text.slice(0, LONGEST - 1)}…`;
}

/** Both sides of a difference; of long texts the lines that differ, of long lists what comes and goes. */
export function sides(
  before: Shown | undefined,
  after: Shown | undefined,
): { before?: string; after?: string } {
  if (isText(before) && isText(after)) {
    const [old, now] = [before.split("\n"), after.split("\n")];
    return { before: lines(old, now), after: lines(now, old) };
  }
  return {
    ...(before === undefined || before === null ? {} : { before: brief(before) }),
    ...(after === undefined || after === null ? {} : { after: brief(after) }),
  };
}

function isText(value: Shown | undefined): value is string {
  return typeof value === "string" && value.includes("\n");
}

/** The lines of the one text that the other doesn't have. */
function lines(of: string[], other: string[]): string {
  const there = new Set(other.map((line) => line.trim()));
  const own = of.map((line) => line.trim()).filter((line) => line !== "" && !there.has(line));
  const more = own.length - MOST_LINES;
  const shownLines = own.slice(0, MOST_LINES).map(clipped);
  return [...shownLines, ...(more > 0 ? [`… ${more} more lines`] : [])].join("\n") || "(the order of lines)";
}

export function count(number: number, what: string, plural = `${what}s`): string {
  return `${number} ${number === 1 ? what : plural}`;
}

/** A text as the source of a regular expression that matches nothing but it. */
export function literal(text: string): string {
  return text.replaceAll(/[\\^$.|?*+()[\]{}]/g, "\\$&");
}
