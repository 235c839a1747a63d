import type { SuppliedMetrics } from "./criterion.ts";

/**
 * The launch score: four judgements from 0 to 10, weighted. Weights in tenths, so that they sum exactly; `asked` is what
 * the plan hopes for in each, which is shown and decides nothing by itself.
 */
const PARTS = {
  /** Stability, performance, users' satisfaction. */
  product_quality: { tenths: 4, asked: 8.5 },
  /** Demand, place among competitors, price accepted. */
  market_readiness: { tenths: 3, asked: 8 },
  /** Demonstrations, support, engineers' time. */
  team_readiness: { tenths: 2, asked: 8 },
  /** Earnings per user, money for how long, law. */
  business_fundamentals: { tenths: 1, asked: 7.5 },
} as const;

export const SCORE_PARTS = Object.keys(PARTS) as (keyof typeof PARTS)[];

/** The metric that criteria may compare: worked out, never supplied. */
export const SCORE_METRIC = "launch_score";

const GO = 8;
const CAUTION = 7;

export interface ScorePart {
  part: keyof typeof PARTS;
  /** Share of the score, 0 to 1. */
  weight: number;
  asked: number;
  /** 0 to 10; null when it wasn't supplied. */
  measured: number | null;
  why: string;
}

export interface LaunchScore {
  verdict: "go" | "go with caution" | "delay" | "unknown";
  /** 0 to 10; null when a part is missing. */
  score: number | null;
  why: string;
  parts: ScorePart[];
}

/** @param metrics with each part from 0 to 10, as `parseMetrics` has made sure */
export function launchScore(metrics: SuppliedMetrics): LaunchScore {
  const parts = SCORE_PARTS.map((part) => judgePart(part, metrics));
  const missing = parts.filter(({ measured }) => measured === null).map(({ part }) => part);
  if (missing.length > 0)
    return { verdict: "unknown", score: null, why: `missing: ${missing.join(", ")}`, parts };
  const tenths = parts.reduce((sum, { part, measured }) => sum + PARTS[part].tenths * (measured ?? 0), 0);
  // 7.7 and 8.2 aren't exact in binary: without this, a score of 8 could come out as 7.999999999999999.
  const score = Math.round(tenths * 1e8) / 1e9;
  if (score >= GO) return { verdict: "go", score, why: `${score} is at least ${GO}`, parts };
  const below = `${score} is below ${score >= CAUTION ? GO : CAUTION}`;
  if (score >= CAUTION)
    return { verdict: "go with caution", score, why: `${below}, at least ${CAUTION}`, parts };
  return { verdict: "delay", score, why: below, parts };
}

function judgePart(part: keyof typeof PARTS, metrics: SuppliedMetrics): ScorePart {
  const { tenths, asked } = PARTS[part];
  const supplied = metrics.get(part);
  const measured = typeof supplied === "number" ? supplied : null;
  const compared = measured === null ? "" : measured >= asked ? `at least ${asked}` : `below ${asked}`;
  const why = measured === null ? `${part} is not among the metrics` : `${part} is ${measured}, ${compared}`;
  return { part, weight: tenths / 10, asked, measured, why };
}
