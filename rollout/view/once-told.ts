/** Numbers differ from one try to the next: of servers, processes, times. */
const NUMBERS = /0x[0-9a-f]+|\d+/gi;

/**
 * Tells texts one after the other so that what stands on many lines, such as an error with the end of a log, is told
 * once: of a text that says the same again only the first line is.
 */
export class OnceTold {
  readonly #told = new Set<string>();

  text(whole: string): string {
    const [first = "", ...rest] = whole.split("\n");
    if (rest.length === 0) return whole;
    const same = rest.map((line) => line.trim().replaceAll(NUMBERS, "#")).join("\n");
    if (this.#told.has(same)) return `${first.replace(/[:.\s]+$/, "")} (the same as before)`;
    this.#told.add(same);
    return whole;
  }
}
