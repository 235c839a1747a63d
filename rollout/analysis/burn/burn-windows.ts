import { last, nth } from "../../../infra/sure.ts";
import { type Counts, sum } from "../counts.ts";
import { BURN_RULES, type BurnCounts } from "./burn-rate.ts";

/**
 * The latest counts over every window of {@link BURN_RULES}, kept up to date an interval at a time: the longest is three days, too
 * long to be added up anew each second.
 */
export interface BurnWindows {
  /** Every interval that a window still holds, oldest first. */
  stream: Counts[];
  intervalSeconds: number;
  totals: BurnCounts[];
}

export function newBurnWindows(intervalSeconds: number): BurnWindows {
  const none = () => ({ requests: 0, bad: 0 });
  const totals = BURN_RULES.map(() => ({ long: none(), short: none() }));
  return { stream: [], intervalSeconds, totals };
}

export function addInterval(windows: BurnWindows, counts: Counts): void {
  const { stream, totals, intervalSeconds } = windows;
  stream.push(counts);
  for (const [index, { longSeconds, shortSeconds }] of BURN_RULES.entries()) {
    const total = nth(totals, index);
    total.long = moved(windows, total.long, Math.ceil(longSeconds / intervalSeconds));
    total.short = moved(windows, total.short, Math.ceil(shortSeconds / intervalSeconds));
  }
  forget(windows);
}

/** The newest interval comes in, the one that the window has left goes out. */
function moved({ stream }: BurnWindows, total: Counts, intervals: number): Counts {
  const added = sum(total, last(stream));
  const left = stream[stream.length - 1 - intervals];
  return left ? { requests: added.requests - left.requests, bad: added.bad - left.bad } : added;
}

/** Now and then, so that it costs nothing. */
function forget(windows: BurnWindows): void {
  const longest = Math.max(...BURN_RULES.map(({ longSeconds }) => longSeconds)) / windows.intervalSeconds;
  if (windows.stream.length < 2 * longest + 2) return;
  windows.stream.splice(0, windows.stream.length - Math.ceil(longest) - 1);
}
