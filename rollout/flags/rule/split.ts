import { createHash } from "node:crypto";

/**
 * Where a value stands among all, evenly from 0 (inclusive) to 100 (exclusive).
 *
 * AppConfig says only that the hash is consistent, not which it is: this one (SHA-256, its first 48 bits) is ours, so
 * the rehearsal and AWS agree on the share and on who stays in it, not on who is in it. What the document promises
 * holds: a seed makes the same split of the same values everywhere; without one each flag splits by itself; and who is
 * in at 10 % is in at 20 %, as the place doesn't depend on the percentage.
 */
export function bucketOf(value: string, seed: string | undefined, flag: string): number {
  const text = JSON.stringify(seed === undefined ? ["flag", flag, value] : ["seed", seed, value]);
  return (createHash("sha256").update(text).digest().readUIntBE(0, 6) / 2 ** 48) * 100;
}
