import { argo } from "./peers/argo.ts";
import { flagger } from "./peers/flagger.ts";
import { kayenta } from "./peers/kayenta.ts";
import type { Rule } from "./peers/rule.ts";

/** A rule beside ours: at its documented threshold, or with the threshold tuned to our false-alarm rate. */
export interface Rival {
  name: string;
  rule: Rule;
  tuned: boolean;
  /** With another count of failures than the documented one. */
  recut?: true;
}

/**
 * As documented, tuned as documented otherwise, and for the two that count failures also tuned with other counts, which nobody documents: the best
 * that the rule's form can do.
 */
export const RIVALS: readonly Rival[] = [
  { name: "Flagger", rule: flagger(10), tuned: false },
  { name: "Flagger, tuned", rule: flagger(10), tuned: true },
  { name: "Flagger, tuned, 3 checks", rule: flagger(3), tuned: true, recut: true },
  { name: "Flagger, tuned, 1 check", rule: flagger(1), tuned: true, recut: true },
  { name: "Argo", rule: argo(3), tuned: false },
  { name: "Argo, tuned", rule: argo(3), tuned: true },
  { name: "Argo, tuned, limit 0", rule: argo(0), tuned: true, recut: true },
  { name: "Kayenta", rule: kayenta, tuned: false },
  { name: "Kayenta, tuned", rule: kayenta, tuned: true },
];
