import { isObject, SECRET, type Shown } from "./shown.ts";

const LONGEST = 240;
const MOST_LINES = 8;
const ORDER = { before: "the same lines", after: "only their order or spaces changed" };
/** Two values that differ are the same once their secrets are out of sight. */
const ANOTHER = { before: SECRET, after: `${SECRET}, another` };

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

/** At most so much of a text, from some words before the place that matters. */
function clipped(text: string, around = 0): string {
  if (text.length <= LONGEST) return text;
  const from = around < LONGEST - 40 ? 0 : around - 40;
  const part = text.slice(from, from + LONGEST - 2);
  return `${from > 0 ? "…" : ""}${part}${from + part.length < text.length ? "…" : ""}`;
}

/** Both sides of a difference as they are shown. */
export interface BothSides {
  before?: string;
  after?: string;
  /** Of a long text of which a few words differ, which are the sides: the whole of it, after. */
  whole?: string;
}

/** Both sides of a difference; of long texts the words or lines that differ, of long lists what comes and goes. */
export function sides(before: Shown | undefined, after: Shown | undefined): BothSides {
  if (isText(before) && isText(after)) {
    const [old, now] = [before.split("\n"), after.split("\n")];
    const [gone, come] = [lines(old, now), lines(now, old)];
    if (gone === "" && come === "") return before === after ? ANOTHER : ORDER;
    return { ...(gone && { before: gone }), ...(come && { after: come }) };
  }
  if (typeof before === "string" && typeof after === "string") {
    if (before === after) return ANOTHER;
    return words(before, after) ?? clippedSides(before, after);
  }
  return {
    ...(before === undefined || before === null ? {} : { before: brief(before) }),
    ...(after === undefined || after === null ? {} : { after: brief(after) }),
  };
}

function clippedSides(before: string, after: string): BothSides {
  const start = sameStart(before, after);
  return { before: clipped(before, start), after: clipped(after, start) };
}

/** A sentence in which a number changes would bury the number. */
const LEAST_WORDS = 12;
const WORDS_AROUND = 3;
/** The share of a text that may differ for it to be the same text. */
const MOST_DIFFERING = 0.5;

/** Of two long texts the words that differ, with a few around them; undefined when they are short, or mostly differ. */
function words(before: string, after: string): BothSides | undefined {
  const [old, now] = [before.split(" "), after.split(" ")];
  const most = Math.min(old.length, now.length);
  if (most < LEAST_WORDS) return undefined;
  const start = old.findIndex((word, index) => word !== now[index]);
  const from = start === -1 ? most : start;
  let end = 0;
  while (end < most - from && old.at(-1 - end) === now.at(-1 - end)) end += 1;
  if (from + end < most * MOST_DIFFERING) return undefined;
  const part = (all: string[]) => {
    const [first, last] = [Math.max(0, from - WORDS_AROUND), all.length - Math.max(0, end - WORDS_AROUND)];
    return `${first > 0 ? "…" : ""}${all.slice(first, last).join(" ")}${last < all.length ? "…" : ""}`;
  };
  return { before: clipped(part(old)), after: clipped(part(now)), whole: after };
}

/** How many characters two texts begin with alike. */
function sameStart(a: string, b: string): number {
  const index = [...a].findIndex((character, at) => character !== b[at]);
  return index === -1 ? a.length : index;
}

function isText(value: Shown | undefined): value is string {
  return typeof value === "string" && value.includes("\n");
}

/** The lines of the one text that the other doesn't have. */
function lines(of: string[], other: string[]): string {
  const there = new Set(other.map((line) => line.trim()));
  const own = of.map((line) => line.trim()).filter((line) => line !== "" && !there.has(line));
  const more = own.length - MOST_LINES;
  const shownLines = own.slice(0, MOST_LINES).map((line) => clipped(line));
  return [...shownLines, ...(more > 0 ? [`… ${more} more lines`] : [])].join("\n");
}

export function count(number: number, what: string, plural = `${what}s`): string {
  return `${number} ${number === 1 ? what : plural}`;
}

/** A text as the source of a regular expression that matches nothing but it. */
export function literal(text: string): string {
  return text.replaceAll(/[\\^$.|?*+()[\]{}]/g, "\\$&");
}

/**
 * The parts of a text between some literals: the text must begin with the first literal and end with the last one.
 * Each part is the shortest that will do, from the left. It takes one pass; a regular expression with as many gaps
 * would try them all against each other.
 *
 * @param least how long each must be
 * @returns undefined when the text isn't made so
 */
export function between(literals: readonly string[], text: string, least = 0): string[] | undefined {
  const [first = "", ...rest] = literals;
  if (!text.startsWith(first)) return undefined;
  if (rest.length === 0) return text === first ? [] : undefined;
  const gaps: string[] = [];
  let from = first.length;
  for (const [index, literal] of rest.entries()) {
    const isLast = index === rest.length - 1;
    const at = isLast ? text.length - literal.length : text.indexOf(literal, from + least);
    if (at < from + least || !text.startsWith(literal, at)) return undefined;
    gaps.push(text.slice(from, at));
    from = at + literal.length;
  }
  return gaps;
}

/** `a, b and c`; of many the first few. */
export function listed(names: readonly string[], most = 4): string {
  if (names.length > most) return `${names.slice(0, most).join(", ")} and ${names.length - most} more`;
  return names.length < 2 ? names.join("") : `${names.slice(0, -1).join(", ")} and ${names.at(-1)}`;
}
