import { nth } from "../../../infra/sure.ts";
import { minutesOf, spentText } from "../cost/rollout.ts";
import type {
  Change,
  CostDifference,
  Kind,
  Preview,
  PropertyChange,
  RolloutCost,
  StackPreview,
} from "../model.ts";
import { count } from "../text.ts";
import { gathered } from "./gathered.ts";

// What all formats say in the same words.

export const SIGNS: Record<Kind, string> = { create: "+", update: "~", replace: "±", delete: "-" };
export const KINDS: Record<Kind, string> = {
  create: "created",
  update: "updated",
  replace: "replaced",
  delete: "deleted",
};

/** Nothing to say; never of a preview that failed. */
export function isEmpty(stack: StackPreview): stack is StackPreview & { unchanged: number } {
  if (stack.unchanged === null) return false;
  return stack.changes.length === 0 && stack.dangers.length === 0 && stack.policies.length === 0;
}

/** `beta: 2 dangers; 1 replaced, 3 updated, 170 unchanged`, or that nothing changes. */
export function headline(stack: StackPreview): string {
  if (isEmpty(stack)) return `${stack.stack}: no change (${count(stack.unchanged, "resource")})`;
  const kinds = (["replace", "delete", "create", "update"] as const).flatMap((kind) => {
    const number = stack.changes.filter((change) => change.kind === kind).length;
    return number > 0 ? [`${number} ${KINDS[kind]}`] : [];
  });
  const dangers = stack.dangers.length === 0 ? "no danger found" : count(stack.dangers.length, "danger");
  const rules = stack.policies.length === 0 ? [] : [`${count(stack.policies.length, "rule")} broken`];
  const rest = stack.unchanged === null ? "the rest unknown" : `${stack.unchanged} unchanged`;
  if (stack.isNew)
    return `${stack.stack}: a new stack; ${[dangers, ...rules].join(", ")}; ${kinds.join(", ")}`;
  const part = stack.unchanged === null ? "only a part, the preview failed: " : "";
  return `${stack.stack}: ${part}${[dangers, ...rules].join(", ")}; ${[...kinds, rest].join(", ")}`;
}

/** Whose verdicts these are, and what they can't know. */
export function origin({ base, verdicts }: Preview): string {
  return verdicts === "engine"
    ? "Compared by Pulumi's engine with the state: what is replaced is the engine's verdict. The plan, whose steps a state doesn't have, is the working tree's."
    : `Compared with ${base}, from the program alone: what is replaced follows AWS's resource specifications. The engine wasn't asked, and may update in place what they replace.`;
}

export function byComponent(changes: Change[]): [string, Change[]][] {
  return [...Map.groupBy(gathered(changes), ({ component }) => component)];
}

/** What a property's change means for the resource, where it means more than an update. */
export function consequence({ replaces, follows, effect }: PropertyChange): string {
  const because = follows ? `follows ${follows}` : "";
  const verdict = { yes: "replaces", maybe: "perhaps replaces", unknown: "effect unknown", no: "" }[replaces];
  return [verdict, effect, because].filter(Boolean).join(", ");
}

export function doubtText(doubt: StackPreview["doubts"][number]): string {
  const says =
    doubt.replaces === "maybe" ? "says that this perhaps replaces it" : "doesn't say what this does to it";
  return `${doubt.resource}, ${doubt.property} (${doubt.because}): AWS's specification ${says}. Ask the engine: pulumi preview.`;
}

export function usd(amount: number | null): string {
  return amount === null ? "unknown" : `$${amount.toFixed(2)}`;
}

export function costText({ beforeUsd, afterUsd, lines }: CostDifference): string {
  // A server without a price must not look like money saved.
  if (lines.some((line) => line.beforeUsd === null || line.afterUsd === null))
    return `about ${usd(afterUsd)} a month without what is unknown, was ${usd(beforeUsd)}`;
  if (beforeUsd === afterUsd) return `about ${usd(afterUsd)} a month, as before`;
  const sign = afterUsd > beforeUsd ? "+" : "-";
  return `about ${usd(afterUsd)} a month, was ${usd(beforeUsd)} (${sign}${usd(Math.abs(afterUsd - beforeUsd))})`;
}

/** A line, where there is something to say. */
export function labelled(before: string, text: string | undefined, after = ""): string[] {
  return text === undefined ? [] : [`${before}${text}${after}`];
}

/** What one rollout costs, also where a change of the plan or of the servers changes it; undefined: unknown. */
export function rolloutText({ rollout }: CostDifference): string | undefined {
  if (!rollout) return undefined;
  const said = (cost: RolloutCost) => `${spentText(cost)}, ${minutesOf(cost)} minutes of CI`;
  const [before, after] = [rollout.before && said(rollout.before), said(rollout.after)];
  const was = before === undefined || before === after ? "" : `; was ${before}`;
  return `${after} where the workflow drives it${was}`;
}

/** `dashboard_charts: group admin -> everybody; new to everybody but group admin`. */
export function flagText({ key, before, after, gets, loses }: StackPreview["flags"][number]): string {
  const what = [...(gets ? [`new to ${gets}`] : []), ...(loses ? [`gone for ${loses}`] : [])];
  return `${key}: ${before} -> ${after}; ${what.join(", ")}`;
}

/** What of the traffic no share says: whether users are let in, and who is kept where he began. */
export function trafficNotices({
  maintenance,
  draining,
  tracks,
  cohorts,
}: StackPreview["traffic"]): string[] {
  const notices = cohorts.map(cohortText);
  if (maintenance.before !== maintenance.after)
    notices.push(
      maintenance.after
        ? "Maintenance on: everybody but operators gets 503."
        : "Maintenance off: users are let in again.",
    );
  if (draining.before === draining.after) return notices;
  const left = tracks.find(({ name, after }) => name === draining.before && after === 0);
  if (left) notices.push(`${left.name} keeps its sessions no longer: they go where the weights lead.`);
  if (draining.after !== undefined)
    notices.push(`${draining.after} keeps the sessions that it has until they end; nobody else comes to it.`);
  return notices;
}

function cohortText({ name, before, after }: StackPreview["traffic"]["cohorts"][number]): string {
  if (!after)
    return `Cohort ${name} is closed: nobody is led to ${before?.track} by it any more (${before?.who}).`;
  const was = before && `, was ${before.track} (${before.who})`;
  return `Cohort ${name} is led to ${after.track}, whatever its weight: ${after.who}${was ?? ""}.`;
}

/** A bar of the tracks' shares: each letter or block a part of a hundred. */
export function bar(shares: number[], width: number, letters: string[]): string {
  const ends = shares.map((_, index) =>
    Math.round((shares.slice(0, index + 1).reduce((a, b) => a + b, 0) / 100) * width),
  );
  return ends
    .map((end, index) => nth(letters, index).repeat(Math.max(0, end - (ends[index - 1] ?? 0))))
    .join("");
}
