import { createHash } from "node:crypto";

/**
 * Where a value stands among all, evenly from 0 (inclusive) to 100 (exclusive).
 *
 * AppConfig says only that its hash is consistent, not which one it is. This one is ours: the first 48 bits of
 * SHA-256. So the rehearsal and AWS agree on how large the share is and that a value stays in it. They don't agree on
 * which values are in it.
 *
 * What the document promises holds here too. A seed makes the same split of the same values everywhere. Without a
 * seed each flag splits by itself. Who is in at 10 % is in at 20 %, because the place doesn't depend on the
 * percentage.
 */
export function bucketOf(value: string, seed: string | undefined, flag: string): number {
  const text = JSON.stringify(seed === undefined ? ["flag", flag, value] : ["seed", seed, value]);
  return (createHash("sha256").update(text).digest().readUIntBE(0, 6) / 2 ** 48) * 100;
}
