import { member } from "../../../infra/sure.ts";
import type { Delta } from "../changes/follows.ts";
import type { Danger } from "../model.ts";
import { at, inputsOf, isObject, list, type Shown } from "../shown.ts";
import { brief } from "../text.ts";
import { type DangerCheck, danger } from "./danger.ts";
import { GUARDIANS, GUARDS } from "./guards.ts";

/** Encryption, protection against deletion, TLS or the separation from the public gets weaker. */
export const protectionWeakened: DangerCheck = ({ before, after, deltas }) => [
  ...deltas.flatMap((delta) => [...guardsLowered(delta), ...unprotected(delta), ...wafWeakened(delta)]),
  ...deltas.flatMap(({ change, before: old }) => {
    const why = GUARDIANS[change.type];
    if (change.kind !== "delete" || why === undefined || !old) return [];
    // What was guarded goes as well: nothing is left open.
    const guarded = old.dependencies.filter((urn) =>
      before.resources.some((each) => each.urn === urn && each.custom),
    );
    const left = guarded.some((urn) => after.resources.some((each) => each.urn === urn));
    return left || guarded.length === 0
      ? [weaker(change.name, "", change.type, "none", "is deleted", why)]
      : [];
  }),
];

function guardsLowered({ change, before, after }: Delta): Danger[] {
  if (!before || !after) return [];
  const [old, now] = [inputsOf(before), inputsOf(after)];
  return GUARDS.filter(({ type }) => type.test(change.type)).flatMap(({ path, strength, what, why }) => {
    const [was, is] = [at(old, path), at(now, path)];
    if (!(strength(is) < strength(was))) return [];
    const property = change.properties.find((each) => each.path === path || each.path.startsWith(path));
    const shownBefore = property?.before ?? brief(was);
    const shownAfter = property?.after ?? brief(is);
    return [weaker(change.name, path, shownBefore, shownAfter, `loses ${what}`, why)];
  });
}

function unprotected({ change, before, after }: Delta): Danger[] {
  if (!before?.options.protect || !after || after.options.protect) return [];
  const why = "Pulumi deletes or replaces it without asking when a later change leads there.";
  return [weaker(change.name, "(option) protect", "true", "false", "is no longer protected by Pulumi", why)];
}

/** The web firewall's rules: gone, only counting, or with a higher limit. */
function wafWeakened({ change, before, after }: Delta): Danger[] {
  if (change.type !== "aws:wafv2/webAcl:WebAcl" || !before || !after) return [];
  const now = rulesOf(inputsOf(after));
  return [...rulesOf(inputsOf(before))].flatMap(([name, rule]) => {
    // Maintenance is there to end.
    if (name === "maintenance") return [];
    const path = `rules[${name}]`;
    const is = now.get(name);
    if (!is)
      return [
        weaker(
          change.name,
          path,
          name,
          "none",
          `no longer has the rule ${name}`,
          member(GUARDIANS, change.type),
        ),
      ];
    const limit = "statement.rateBasedStatement.limit";
    const [old, raised] = [Number(at(rule, limit)), Number(at(is, limit))];
    if (raised > old * 2) {
      const why = "One client may ask for so much that others wait.";
      return [
        weaker(
          change.name,
          `${path}.${limit}`,
          String(old),
          String(raised),
          "lets one address ask more than twice as much",
          why,
        ),
      ];
    }
    const counting = [exceptions(is).filter((each) => !exceptions(rule).includes(each))].flat();
    return counting.length > 0
      ? [
          weaker(
            change.name,
            path,
            "block",
            `count: ${counting.join(", ")}`,
            `no longer blocks what ${name} finds`,
            member(GUARDIANS, change.type),
          ),
        ]
      : [];
  });
}

function rulesOf(inputs: { [key: string]: Shown }): Map<string, Shown> {
  return new Map(
    list(inputs.rules)
      .filter(isObject)
      .map((rule) => [String(rule.name), rule]),
  );
}

/** Parts of a rule that only count. */
function exceptions(rule: Shown): string[] {
  const whole =
    at(rule, "overrideAction.count") !== undefined || at(rule, "action.count") !== undefined
      ? ["all of it"]
      : [];
  const parts = list(at(rule, "statement.managedRuleGroupStatement.ruleActionOverrides"))
    .filter(
      (each) => at(each, "actionToUse.count") !== undefined || at(each, "actionToUse.allow") !== undefined,
    )
    .map((each) => String(at(each, "name")));
  return [...whole, ...parts];
}

function weaker(
  name: string,
  property: string,
  before: string,
  after: string,
  what: string,
  why: string,
): Danger {
  return danger({
    severity: "critical",
    kind: "protection-weakened",
    title: `${name} ${what}`,
    resources: [name],
    property,
    before,
    after,
    why,
    advice: "Keep it. Where it must go for a while, say until when, and bring it back in the next change.",
  });
}
