import type { Violation, Waiver } from "../../infra/policy/judge.ts";
import type { Graph } from "../graph/model.ts";
import { checkPolicies, waiversOf } from "../policy/check.ts";

/**
 * What a change breaks of the rules that every environment must meet, as sentences: not what was broken before it, and
 * not what a waiver covers. A waiver that has ended is told with every change.
 *
 * @param today the day in UTC, `2026-12-31`
 */
export function brokenPolicies(before: Graph, after: Graph, today: string): string[] {
  const { violations, expired } = checkPolicies(after, waiversOf(after), today);
  const old = new Set(checkPolicies(before, waiversOf(before), today).violations.map(violationText));
  return [...violations.map(violationText).filter((text) => !old.has(text)), ...expired.map(expiredText)];
}

function violationText({ policy, controls, resource, found, title, advice }: Violation): string {
  const source = controls.length > 0 ? ` (${controls.join(", ")})` : "";
  return `${resource} breaks ${policy}${source}: ${found}. ${title}. To do: ${advice}`;
}

function expiredText({ policy, resource, until }: Waiver): string {
  return `The waiver of ${policy} for ${resource} ended on ${until}: mend it, or give the waiver a new last day.`;
}
