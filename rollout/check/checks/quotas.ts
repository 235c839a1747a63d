import { type Finding, fail, pass, unknown } from "../finding.ts";

export interface QuotaFacts {
  name: string;
  /** What this stack needs at most, a deployment included. */
  need: number;
  /** What the account may have in this region; undefined: no such quota was told. */
  limit: number | undefined;
}

/** The stack fits the account's quotas. What else runs in the account isn't counted. */
export function judgeQuotas(quotas: readonly QuotaFacts[]): Finding {
  const tight = quotas.filter(({ need, limit }) => limit !== undefined && need > limit);
  if (tight.length > 0)
    return fail(
      tight.map(textOf).join(", "),
      "Ask for more in the Service Quotas console; it may take days.",
    );
  if (quotas.length === 0 || quotas.some(({ limit }) => limit === undefined))
    return unknown(
      quotas.map(textOf).join(", ") || "no quotas were told",
      "Look in the Service Quotas console.",
    );
  return pass(`${quotas.map(textOf).join(", ")} (this stack alone)`);
}

function textOf({ name, need, limit }: QuotaFacts): string {
  return `${name}: ${need} of ${limit ?? "an unknown number"}`;
}
