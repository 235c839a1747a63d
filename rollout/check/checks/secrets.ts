import { nth } from "../../../infra/sure.ts";
import { DAY_MS, spanText } from "../about.ts";
import { type Finding, fail, pass } from "../finding.ts";

/** What is known of a secret without saying it. */
export interface SecretFacts {
  name: string;
  /** Undefined: it isn't there. */
  strength: Strength | undefined;
  /** Milliseconds since the epoch. */
  changedAt?: number;
  rotates?: boolean;
}

export interface Strength {
  /** In characters. */
  length: number;
  /** Bits that somebody who knows how it is made would have to guess at most. */
  bits: number;
}

/** By {@link strengthOf}, whose estimate is low: of 200,000 random ones as the stack makes them, none came below 90. */
const MIN_BITS = 80;
const MIN_LENGTH = 32;
const MAX_AGE_DAYS = 365;

/**
 * About how hard a text is to guess, in bits. Letters that follow from the letter before (`aaa`, `1234`) or repeat
 * what came before (`password...password`) count nothing. Each other letter counts the smaller of two figures: what
 * its alphabet could hold, and what the letters of this text do hold (Shannon).
 *
 * 32 random letters and digits hold 190 bits in truth, and come out at about 139. A line of a poem isn't recognised.
 */
export function strengthOf(text: string): Strength {
  const letters = [...text];
  const { length } = letters;
  if (length === 0) return { length: 0, bits: 0 };
  const kinds: [RegExp, number][] = [
    [/[a-z]/, 26],
    [/[A-Z]/, 26],
    [/[0-9]/, 10],
    [/[^a-zA-Z0-9]/, 32],
  ];
  const alphabet = kinds.reduce((size, [kind, count]) => size + (kind.test(text) ? count : 0), 0);
  const counts = new Map<string, number>();
  for (const letter of letters) counts.set(letter, (counts.get(letter) ?? 0) + 1);
  const shannon = [...counts.values()].reduce((sum, n) => sum - (n / length) * Math.log2(n / length), 0);
  return { length, bits: Math.floor(surprises(letters) * Math.min(Math.log2(alphabet), shannon)) };
}

function codeOf(letter: string): number {
  return letter.codePointAt(0) ?? Number.NaN;
}

function surprises(letters: readonly string[]): number {
  const seen = new Set<string>();
  return letters.filter((letter, i) => {
    const step = i === 0 ? Number.NaN : codeOf(letter) - codeOf(nth(letters, i - 1));
    const three =
      i < 2
        ? undefined
        : letters
            .slice(i - 2, i + 1)
            .join("")
            .toLowerCase();
    const again = three !== undefined && seen.has(three);
    if (three !== undefined) seen.add(three);
    return !again && !(Math.abs(step) <= 1);
  }).length;
}

export function judgeSecrets(secrets: readonly SecretFacts[], now: number): Finding {
  const renew =
    "Have a new one made: `pulumi up --replace` with the urn of its RandomPassword, then deploy every track.";
  if (secrets.length === 0)
    return fail("the stack names no secrets", "Run `pulumi up`: its outputs name them.");
  const absent = secrets.filter(({ strength }) => strength === undefined);
  const there = secrets.flatMap(({ strength, ...same }) => (strength ? [{ ...same, strength }] : []));
  if (absent.length > 0)
    return fail(`missing: ${absent.map(({ name }) => name).join(", ")}`, "Run `pulumi up`.");
  const weak = there.filter(({ strength }) => strength.length < MIN_LENGTH || strength.bits < MIN_BITS);
  if (weak.length > 0)
    return fail(
      weak
        .map(({ name, strength }) => `${name} has ${strength.length} characters and ${strength.bits} bits`)
        .join(", "),
      `${renew} At least ${MIN_LENGTH} characters and ${MIN_BITS} bits.`,
    );
  const old = there.filter(({ changedAt = now }) => now - changedAt > MAX_AGE_DAYS * DAY_MS);
  if (old.length > 0)
    return fail(
      old.map(({ name, changedAt = now }) => `${name} is ${spanText(now - changedAt)} old`).join(", "),
      `${renew} At least once in ${MAX_AGE_DAYS} days.`,
    );
  return pass(there.map(textOf).join(", "));
}

function textOf({ name, strength, rotates }: SecretFacts & { strength: Strength }): string {
  return `${name} ${strength.bits} bits${rotates ? ", rotates" : ""}`;
}
