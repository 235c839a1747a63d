import type { Graph, GraphResource } from "../../../graph/model.ts";
import { ofType } from "../../../graph/resources.ts";
import { referencesIn } from "../../../graph/text.ts";
import { TYPES } from "../../../graph/types.ts";
import type { Danger } from "../../model.ts";
import { at, inputsOf, isObject, list } from "../../shown.ts";
import { type DangerCheck, danger } from "../danger.ts";
import { refused } from "./refused.ts";

const LOCK = "aws:backup/vaultLockConfiguration:VaultLockConfiguration";

/**
 * A vault's lock that can't be taken off again, and one under which the plan's backups fail.
 *
 * Source: AWS Backup API Reference, PutBackupVaultLockConfiguration.
 */
export const vaultLocked: DangerCheck = ({ before, after, deltas }) => {
  const failing = new Map(failingRules(before).map((each) => [each.text, each]));
  return [
    ...deltas.flatMap(({ change, before: old, after: now }) =>
      change.type === LOCK && now ? forEver(now, old) : [],
    ),
    ...failingRules(after)
      .filter(({ text }) => !failing.has(text))
      .map(({ name, rule, days, text }) =>
        refused({
          severity: "critical",
          title: `Every backup of ${rule} fails: ${text}`,
          resources: [name],
          property: "rules.lifecycle.deleteAfter",
          before: "within the vault's lock",
          after: `${days} days`,
          why: "A locked vault fails each job whose retention is outside of its limits: there are no backups from then on.",
          advice: "Keep the plan's retention between the lock's least and most days.",
        }),
      ),
  ];
};

/** ChangeableForDays: "On and after the lock date, the Vault Lock becomes immutable and cannot be changed or deleted". */
function forEver(now: GraphResource, old: GraphResource | undefined): Danger[] {
  const [was, is] = [old && inputsOf(old).changeableForDays, inputsOf(now).changeableForDays];
  if (is === undefined || is === null || (was !== undefined && was !== null)) return [];
  return [
    danger({
      severity: "warning",
      kind: "lock-for-ever",
      title: `The lock of ${now.name} can't be changed or taken off after ${is} days, by anybody`,
      resources: [now.name],
      property: "changeableForDays",
      before: "an administrator may take it off",
      after: `${is} days, then for ever`,
      why: "Backups then stay and are paid for until their time is over, and the stack can't be taken down before that.",
      advice: "Be sure of the least and most days. Until then it can be taken back.",
    }),
  ];
}

function failingRules(graph: Graph): { name: string; rule: string; days: number; text: string }[] {
  const locks = ofType(graph, LOCK).map((lock) => ({
    vaults: referencesIn(lock.inputs.backupVaultName).map(({ urn }) => urn),
    least: Number(inputsOf(lock).minRetentionDays ?? 0),
    most: Number(inputsOf(lock).maxRetentionDays ?? Number.POSITIVE_INFINITY),
  }));
  return ofType(graph, TYPES.backupPlan).flatMap((plan) => {
    const vaults = referencesIn(plan.inputs.rules).map(({ urn }) => urn);
    const lock = locks.find((each) => each.vaults.some((urn) => vaults.includes(urn)));
    if (!lock) return [];
    return list(inputsOf(plan).rules)
      .filter(isObject)
      .flatMap((rule) => {
        const days = Number(at(rule, "lifecycle.deleteAfter") ?? Number.POSITIVE_INFINITY);
        if (days >= lock.least && days <= lock.most) return [];
        const limit = days < lock.least ? `at least ${lock.least}` : `at most ${lock.most}`;
        const text = `kept for ${days} days, and the vault takes ${limit}`;
        return [{ name: plan.name, rule: String(rule.ruleName), days, text }];
      });
  });
}
