import { member } from "../../../infra/sure.ts";
import type { Delta } from "../changes/follows.ts";
import type { Danger } from "../model.ts";
import { STATEFUL } from "../stateful.ts";
import { type DangerCheck, danger } from "./danger.ts";

/** What holds data and is replaced or deleted: its data doesn't come along. */
export const statefulLoss: DangerCheck = ({ deltas }) =>
  deltas.flatMap((delta) => {
    if (STATEFUL[delta.change.type] === undefined) return [];
    if (delta.change.kind === "replace") return [replacement(delta)];
    return delta.change.kind === "delete" ? [deletion(delta)] : [];
  });

function replacement({ change, before }: Delta): Danger {
  const what = member(STATEFUL, change.type);
  const causes = change.properties.filter(({ replaces }) => replaces === "yes");
  const cause = causes[0];
  return danger({
    severity: "critical",
    kind: "stateful-replacement",
    title: `${change.name} is replaced, which loses ${what}`,
    resources: [change.name],
    property: causes.map(({ path }) => path).join(", "),
    before: cause?.before ?? "",
    after: cause?.after ?? (cause?.follows ? `follows from the replacement of ${cause.follows}` : ""),
    why: "A new resource is made in its place, empty, and the old one is deleted with what it holds.",
    advice: `Take the change back, or make a second resource beside this one and move the data first. ${protection(before?.options.protect)}`,
  });
}

function deletion({ change, before }: Delta): Danger {
  const what = member(STATEFUL, change.type);
  const kept = before?.options.retainOnDelete === true;
  return danger({
    severity: kept ? "warning" : "critical",
    kind: "stateful-deletion",
    title: kept
      ? `${change.name} is left behind, without a program`
      : `${change.name} is deleted, which loses ${what}`,
    resources: [change.name],
    before: change.type,
    after: "none",
    why: kept
      ? "It stays in the account (retainOnDelete), costs money and nobody looks after it."
      : "Nothing in the program can make it again.",
    advice: `Keep it in the program, or take what it holds to safety and say so in the pull request. ${protection(before?.options.protect)}`,
  });
}

function protection(isProtected: boolean | undefined): string {
  return isProtected
    ? "It is protected: Pulumi refuses the update until that is taken off, which should be a change of its own."
    : "It isn't protected: Pulumi will go ahead.";
}
