/**
 * Whether what was seen still counts. A sight from the future says that the clock was moved, and nothing of now.
 *
 * @param at when it was seen, in milliseconds since the epoch
 */
export function isFresh({ at }: { at: number }, now: number, forMs: number): boolean {
  return at <= now && now - at <= forMs;
}
