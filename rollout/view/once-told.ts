/** Numbers differ from one try to the next: of servers, processes, times. */
const NUMBERS = /0x[0-9a-f]+|\d+/gi;
/** What went wrong stands at the end; what was said on the way there may differ. */
const LAST_LINES = 3;

/**
 * Tells texts one after the other so that what stands on many lines, such as an error with the end of a log, is told
 * once: of a text that ends in the same way again only the first line is.
 */
export class OnceTold {
  readonly #told = new Set<string>();

  text(whole: string): string {
    const rest = whole.split("\n").slice(1);
    if (rest.length === 0) return whole;
    const lines = rest.map((line) => line.trim().replaceAll(NUMBERS, "#")).filter(Boolean);
    const end = lines.slice(-LAST_LINES).join("\n");
    if (this.#told.has(end)) return `${headline(whole)} (the same as before)`;
    this.#told.add(end);
    return whole;
  }
}

const LEADING = " ends with";

/** A text of many lines in one: the first, without what leads over to the others. */
export function headline(text: string): string {
  const [first = ""] = text.split("\n");
  if (first === text) return text;
  let end = first.length;
  while (end > 0 && /[:\s]/.test(first.charAt(end - 1))) end -= 1;
  const bare = first.slice(0, end);
  return bare.endsWith(LEADING) ? bare.slice(0, -LEADING.length) : bare;
}
