import type { Cell, Outcome } from "./scenario.ts";
import { OURS, RATIOS, STARTS } from "./scenario.ts";

export interface Lost {
  /** Which of ours is behind. */
  ours: (typeof OURS)[number];
  row: string;
  to: string;
  how: string;
}

/** Prints every row of a scenario and returns the rows in which a rival that is tuned to 1 % false alarms is ahead. */
export function printOutcome(
  { scenario, falseRollbacks, cells }: Outcome,
  tuned: ReadonlySet<string>,
): Lost[] {
  const { errors, rate, healthy, worse } = scenario;
  console.log(`\n## ${errors} errors, ${rate} requests/s on the candidate`);
  console.log("\nfalse rollbacks per 1,000 healthy rollouts watched for 24 h");
  for (const [method, count] of Object.entries(falseRollbacks)) {
    console.log(`  ${method.padEnd(26)}${((1000 * count) / healthy).toFixed(1).padStart(7)}`);
  }
  const lost: Lost[] = [];
  for (const start of Object.keys(STARTS)) {
    for (const ratio of RATIOS) {
      const row = cells[`${start} x${ratio}`]!;
      console.log(`\nx${ratio}, ${start} (${worse} rollouts)${HEADER}`);
      for (const [method, cell] of Object.entries(row)) {
        const behind = OURS.filter((ours) => tuned.has(method) && ahead(cell, row[ours]!));
        for (const ours of behind) {
          const how = ahead(cell, row[ours]!);
          lost.push({ ours, row: `${errors}, ${rate}/s, x${ratio}, ${start}`, to: method, how });
        }
        console.log(line(method, cell) + (behind.length ? `  <- ahead of ${behind.join(" and ")}` : ""));
      }
    }
  }
  return lost;
}

const HEADER =
  "\n                              missed   requests until found      bad ones served\n                                         median        p95     median        p95";

function line(method: string, cell: Cell): string {
  return (
    `  ${method.padEnd(26)}${`${(100 * missed(cell)).toFixed(1)} %`.padStart(9)}` +
    [quantile(cell.requests, 0.5), quantile(cell.requests, 0.95)].map(show).join("") +
    [quantile(cell.bad, 0.5), quantile(cell.bad, 0.95)].map(show).join("")
  );
}

function show(value: number): string {
  return (Number.isFinite(value) ? Math.round(value).toLocaleString("en") : "never").padStart(11);
}

/**
 * In what a rival is ahead of us, if it is: fewer misses, by more than two standard errors; or, where misses are alike, fewer requests at the median or
 * the 95th percentile, by more than 5 %.
 */
function ahead(rival: Cell, ours: Cell): string {
  const [theirs, own] = [missed(rival), missed(ours)];
  const mean = (theirs + own) / 2;
  const noise = 2 * Math.sqrt((2 * mean * (1 - mean)) / Math.max(1, ours.requests.length));
  if (theirs < own - noise) return "fewer misses";
  if (own < theirs - noise) return "";
  const better = [0.5, 0.95].filter((q) => quantile(rival.requests, q) < 0.95 * quantile(ours.requests, q));
  return better.map((q) => (q === 0.5 ? "median" : "p95")).join(" and ");
}

function missed({ requests }: Cell): number {
  return requests.length === 0
    ? 1
    : requests.filter((count) => !Number.isFinite(count)).length / requests.length;
}

function quantile(values: readonly number[], q: number): number {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.floor(q * sorted.length))] ?? Number.POSITIVE_INFINITY;
}
