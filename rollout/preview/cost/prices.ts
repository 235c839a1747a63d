import { readFileSync } from "node:fs";
import { join } from "node:path";

/** The file that {@link PRICES} are from. US dollars. */
export interface PriceList {
  source: string;
  /** The day on which it was read, such as `2026-11-30`. */
  date: string;
  region: string;
  currency: string;
  /** An hour, by type: a server; PostgreSQL in one zone, of which a standby costs the same again; a node of Redis. */
  server: Record<string, number>;
  database: Record<string, number>;
  cache: Record<string, number>;
  /** An hour each. */
  hourly: Record<"natGateway" | "loadBalancer" | "publicAddress", number>;
  /** A month each; `gib` for each GiB, `gb` for each 10^9 bytes. */
  monthly: Record<
    | "diskGib"
    | "logGb"
    | "databaseGib"
    | "webAcl"
    | "webAclRule"
    | "secret"
    | "key"
    | "metric"
    | "metricAlarm"
    | "dashboard",
    number
  >;
  /** Of a function on arm64: a GiB of memory for a second, one start. */
  each: Record<"functionGibSecond" | "functionStart", number>;
}

const FILE = join(import.meta.dirname, "price-list.json");
const list: PriceList = JSON.parse(readFileSync(FILE, "utf8"));

/**
 * List prices of AWS, to see what a change does to the bill: an approximation, not the bill. On demand, without reserved capacity,
 * credits, taxes and free tiers. `npm run prices` reads them anew from AWS's public price list.
 */
export const PRICES = {
  ...list,
  hoursAMonth: 730,
  functionGibSecond: list.each.functionGibSecond,
  /** One start by a schedule; the schedule's part was entered by hand (2025-11-01). */
  started: list.each.functionStart + 1 / 1e6,
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
