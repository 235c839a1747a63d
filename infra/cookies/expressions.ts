/**
 * Regular expressions on the header `Cookie`, as a balancer's rule has them: at most 128 characters, with neither look-around nor
 * back-references (ALB User Guide, "Listener rules").
 *
 * Each holds whether a balancer compares it with the whole header or looks for it in there: AWS's documents don't say which.
 */

/** Before and after a cookie: nothing, or others, which a browser parts by `; `. */
export const [BEFORE, AFTER] = ["^(.*[;\\s])?", "(;.*)?$"];

/** Numbers that a browser or a user may have, one a percent: 00 to 99. */
export const BUCKETS = 100;

/** @param value an expression without `.*`, which would reach into the next cookie */
export function cookie(name: string, value: string): string {
  return `${BEFORE}${name}=${value}${AFTER}`;
}

/** What an expression of {@link cookie} was made from. @returns undefined for another */
export function cookieIn(expression: string): { name: string; value: string } | undefined {
  if (!expression.startsWith(BEFORE) || !expression.endsWith(AFTER)) return undefined;
  const [name = "", ...value] = expression.slice(BEFORE.length, -AFTER.length).split("=");
  return { name, value: value.join("=") };
}

/** @param text whose only sign with a meaning in expressions may be a dot */
export function literal(text: string): string {
  return text.replaceAll(".", "\\.");
}

/** An expression for the two-digit numbers of a range, both ends among them. */
export function numbersOf({ from, to }: { from: number; to: number }): string {
  const parts: { tens: [number, number]; ones: string }[] = [];
  for (let tens = Math.floor(from / 10); tens <= Math.floor(to / 10); tens += 1) {
    const ones = digits(Math.max(from - tens * 10, 0), Math.min(to - tens * 10, 9));
    const before = parts.at(-1);
    if (before?.ones === ones && before.ones === "\\d") before.tens[1] = tens;
    else parts.push({ tens: [tens, tens], ones });
  }
  return `(${parts.map(({ tens: [low, high], ones }) => `${digits(low, high)}${ones}`).join("|")})`;
}

function digits(low: number, high: number): string {
  if (low === high) return String(low);
  return low === 0 && high === 9 ? "\\d" : `[${low}-${high}]`;
}
