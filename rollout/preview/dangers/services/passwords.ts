import type { GraphResource, Value } from "../../../graph/model.ts";
import { referencesIn } from "../../../graph/text.ts";
import { TYPES } from "../../../graph/types.ts";
import { canonical } from "../../changes/differences.ts";
import type { Danger } from "../../model.ts";
import { type Shown, shown } from "../../shown.ts";
import { type DangerCheck, danger } from "../danger.ts";

/**
 * A password of the database or the cache changes, and the servers that run keep the one they began with.
 *
 * Source: RDS API Reference, ModifyDBInstance, MasterUserPassword ("asynchronously applied as soon as possible");
 * ElastiCache User Guide, "Authenticating with AUTH": ROTATE keeps the old one valid, SET ends it.
 */
export const passwordsRotated: DangerCheck = ({ deltas, before, after }) => {
  const renewed = new Set(
    deltas
      .filter(({ change }) => change.type === TYPES.password && change.kind === "replace")
      .map(({ change }) => change.urn),
  );
  const old = new Map(before.resources.map((each) => [each.urn, each]));
  return after.resources.flatMap((now) => {
    const was = old.get(now.urn);
    const property = PASSWORDS[now.type];
    if (!was || property === undefined) return [];
    const isNew = referencesIn(now.inputs[property]).some(({ urn }) => renewed.has(urn));
    return isNew || differs(was.inputs[property], now.inputs[property]) ? [rotated(now, property)] : [];
  });
};

const PASSWORDS: Record<string, string> = { [TYPES.database]: "password", [TYPES.cache]: "authToken" };

function differs(was: Value | undefined, is: Value | undefined): boolean {
  return canonical(shown(was) as Shown) !== canonical(shown(is) as Shown);
}

function rotated({ name, type, inputs }: GraphResource, property: string): Danger {
  const isKept = type === TYPES.cache && inputs.authTokenUpdateStrategy !== "SET";
  return danger({
    severity: isKept ? "warning" : "critical",
    kind: "password-rotated",
    title: isKept
      ? `${name} takes a new password beside the old, which the servers that run still use`
      : `${name} takes a new password at once, and the servers that run keep the old one`,
    resources: [name],
    property,
    before: "secret",
    after: "secret, another",
    why: isKept
      ? "The next change of it would end the old one, and cut off every server that wasn't replaced meanwhile."
      : "Every new connection of theirs is refused until they are replaced: users see errors.",
    advice: isKept
      ? "Replace the servers of each track after the update, by an instance refresh."
      : "Do it in maintenance (`rollout:maintenance`), and replace the servers of each track right after the update, by an instance refresh.",
  });
}
