import { first, nth } from "../../../infra/sure.ts";
import { TYPES } from "../../graph/types.ts";
import type { Change, PropertyChange } from "../model.ts";
import { listed } from "../text.ts";

/**
 * The same change of several resources as one, and what moves from one address to another as a move: an operator's new
 * address is a subscription for each topic that goes and one that comes, and a line in the budget.
 */
export function gathered(changes: readonly Change[]): Change[] {
  const moved = moves(changes);
  const left = changes.filter((change) => !moved.some(({ parts }) => parts.includes(change)));
  const groups = Map.groupBy(left, sameness);
  const told = [...groups.values()].map(
    (all): Change => ({
      ...first(all),
      name: listed(
        all.map(({ name }) => name),
        MOST_NAMED,
      ),
    }),
  );
  return [...moved.map(({ change }) => change), ...told];
}

const MOST_NAMED = 6;

/** What is created or deleted is told each by itself: it isn't the same thing. */
function sameness(change: Change): string {
  const { kind, type, urn, properties, component } = change;
  if (kind === "create" || kind === "delete" || properties.length === 0) return urn;
  return JSON.stringify([kind, type, component.split(" ")[0], properties]);
}

interface Move {
  change: Change;
  parts: Change[];
}

/** `beta-p1-email-ops@example.com` of topic `beta-p1`: subscriptions are called by topic, channel and address. */
const SUBSCRIPTION = /^(.+?-p[1-4])-(email|sms)-(.+)$/s;

function moves(changes: readonly Change[]): Move[] {
  const gone = byAddress(changes, "delete");
  const come = byAddress(changes, "create");
  return [...gone].flatMap(([key, old]) => {
    const [channel = "", address = ""] = key.split(" ");
    const topics = topicsOf(old);
    const taken = [...come].filter(
      ([other, parts]) => other.startsWith(`${channel} `) && String(topicsOf(parts)) === String(topics),
    );
    const left = [...gone].filter(
      ([other, parts]) => other.startsWith(`${channel} `) && String(topicsOf(parts)) === String(topics),
    );
    // Whose address is whose can't be told of several.
    if (taken.length !== 1 || left.length !== 1) return [];
    const [now, made] = first(taken);
    const sides = { before: address, after: nth(now.split(" "), 1) };
    const others = changes.filter((each) => changesOnly(each, sides));
    const told = listed([...topics, ...others.map(({ name }) => name)], 2 * MOST_NAMED);
    const change: Change = {
      ...first(old),
      kind: "update",
      name: `${sides.before} -> ${sides.after}`,
      type: `${channel} of ${told}`,
    };
    return [{ change, parts: [...old, ...made, ...others] }];
  });
}

function byAddress(changes: readonly Change[], kind: Change["kind"]): Map<string, Change[]> {
  const parts = changes.filter((each) => each.type === TYPES.subscription && each.kind === kind);
  return Map.groupBy(parts, ({ name }) => {
    const [, , channel, address] = SUBSCRIPTION.exec(name) ?? [];
    return `${channel} ${address}`;
  });
}

function topicsOf(subscriptions: readonly Change[]): string[] {
  return subscriptions.map(({ name }) => SUBSCRIPTION.exec(name)?.[1] ?? name).toSorted();
}

function changesOnly(change: Change, { before, after }: { before: string; after: string }): boolean {
  const says = (each: PropertyChange) => each.before === before && each.after === after;
  return change.kind === "update" && change.properties.length > 0 && change.properties.every(says);
}
