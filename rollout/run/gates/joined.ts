import type { OnFail } from "../../core/plan.ts";
import type { Indicator } from "./indicator.ts";
import { whatFailing } from "./on-fail.ts";

/** Who brings less than this part of all the evidence isn't worth a word. */
const WORTH_A_WORD = 0.1;

/** Those that send a candidate back: no other evidence makes one go. */
export function sendingBack(
  indicators: readonly Indicator[],
  onFail: Readonly<Record<string, OnFail>> | undefined,
): Indicator[] {
  return indicators.filter(({ name }) => whatFailing(name, onFail) === "roll back");
}

/**
 * Fails the strongest of some gates when all together have seen enough, though none alone has: the mean of their evidence, each by its
 * part of the false-alarm rate, is an e-value (Vovk and Wang 2021), and never below what one is worth by its part alone.
 *
 * @param indicators that {@link sendingBack send a candidate back} and come at the same pace. What comes later has no part in it: of both together nobody knows that they are fair
 */
export function convictJoined(indicators: readonly Indicator[]): void {
  const said = indicators.map((indicator) => ({ indicator, value: indicator.part * indicator.evidence() }));
  const all = said.reduce((sum, { value }) => sum + value, 0);
  if (all < 1) return;
  const [strongest, ...others] = said.sort((a, b) => b.value - a.value);
  const worth = others.filter(({ value }) => value >= WORTH_A_WORD * all);
  strongest?.indicator.convict(worth.map(({ indicator }) => indicator.name));
}
