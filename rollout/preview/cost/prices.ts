import list from "./price-list.json" with { type: "json" };

/**
 * List prices of AWS, to see what a change does to the bill: an approximation, not the bill. On demand, without reserved capacity,
 * credits, taxes and free tiers. `npm run prices` reads them anew from AWS's public price list.
 */
export const PRICES = {
  ...list,
  hoursAMonth: 730,
  /** US dollars an hour. */
  server: list.server as Record<string, number>,
  /** PostgreSQL in one zone, US dollars an hour; a standby costs the same again. */
  database: list.database as Record<string, number>,
  /** Redis, US dollars an hour for each node. */
  cache: list.cache as Record<string, number>,
  /** Of a function on arm64, US dollars: a GiB of memory for a second, and one start by a schedule, entered by hand (2025-11-01). */
  functionGibSecond: list.each.functionGibSecond,
  started: list.each.functionStart + 1 / 1e6,
  /** US dollars a month each; `gib` for each GiB, `gb` for each 10^9 bytes. */
  monthly: {
    ...list.monthly,
    /** Seven metrics of a server (CloudWatch User Guide, "List the available CloudWatch metrics for your instances"). */
    detailedMonitoring: 7 * list.monthly.metric,
    /** By hand (2025-11-01). */
    compositeAlarm: 0.5,
  },
};

/** AWS changes some price in most years: what is older is said to be. */
const FRESH_MONTHS = 6;
const MONTH_MS = 30.44 * 24 * 3_600_000;

/**
 * Where the prices are from, and how old they are where that matters.
 *
 * @param now milliseconds since the epoch
 * @param region of the stack: other regions cost more or less, and the table has one
 */
export function priceSource(now: number, region: string = PRICES.region): string {
  const months = Math.floor((now - Date.parse(PRICES.date)) / MONTH_MS);
  const old = months > FRESH_MONTHS ? ` (${months} months old: npm run prices reads them anew)` : "";
  const elsewhere = region === PRICES.region ? "" : ` (the stack is in ${region})`;
  return `${PRICES.source}, ${PRICES.region}, ${PRICES.date}${old}${elsewhere}`;
}
