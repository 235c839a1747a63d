import { check } from "recheck";
import { partsOf } from "./expressions.ts";

/** Half a minute is enough for all that it can decide. */
const TIMEOUT_MS = 60_000;

/**
 * Asks recheck, which searches for a text on which an expression backtracks, by automata and by trying.
 *
 * @returns `linear`; or what it found, with the text that does it
 */
export async function judged(text: string): Promise<string> {
  const { pattern, flags } = partsOf(text);
  const found = await check(pattern, flags, { timeout: TIMEOUT_MS });
  if (found.status === "safe") return "linear";
  if (found.status === "unknown") return `undecided (${found.error.kind})`;
  return `${found.complexity.summary}, such as on ${found.attack.pattern}`;
}
