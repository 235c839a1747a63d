import { BlockList, isIPv4 } from "node:net";
import type { LedCohort } from "../schema/traffic/cohorts.ts";

/** Whether nobody can be in both cohorts: some key that both have tells them apart. */
export function apart(one: LedCohort, other: LedCohort): boolean {
  return (
    namedApart(one.header, other.header, (text) => text.toLowerCase()) ||
    namedApart(one.cookie, other.cookie, (text) => text) ||
    listsApart(one.host, other.host) ||
    listsApart(one.path, other.path) ||
    networksApart(one.network, other.network)
  );
}

interface Named {
  name: string;
  values: string[];
}

/** A browser may send two cookies of one name, but doesn't for one path. */
function namedApart(
  one: Named | undefined,
  other: Named | undefined,
  folded: (text: string) => string,
): boolean {
  if (!one || !other || folded(one.name) !== folded(other.name)) return false;
  return listsApart(one.values.map(folded), other.values.map(folded));
}

/** What has a wildcard may fit anything, but for what differs before it. */
function listsApart(one: readonly string[] | undefined, other: readonly string[] | undefined): boolean {
  if (!one || !other) return false;
  return one.every((a) => other.every((b) => differ(a, b)));
}

function differ(a: string, b: string): boolean {
  const [headA, headB] = [before(a), before(b)];
  const most = Math.min(headA.length, headB.length);
  if (headA.slice(0, most) !== headB.slice(0, most)) return true;
  const [isWholeA, isWholeB] = [headA === a, headB === b];
  if (isWholeA && isWholeB) return a !== b;
  return (isWholeA && a.length < headB.length) || (isWholeB && b.length < headA.length);
}

function before(pattern: string): string {
  return pattern.split(/[*?]/, 1)[0] as string;
}

function networksApart(one: readonly string[] | undefined, other: readonly string[] | undefined): boolean {
  if (!one || !other) return false;
  return one.every((a) => other.every((b) => !covers(a, b) && !covers(b, a)));
}

/** Two ranges meet where one holds the other's first address. */
function covers(range: string, other: string): boolean {
  const [address = "", bits] = range.split("/");
  const [first = ""] = other.split("/");
  const family = (of: string) => (isIPv4(of) ? "ipv4" : "ipv6");
  if (family(address) !== family(first)) return false;
  const list = new BlockList();
  list.addSubnet(address, Number(bits), family(address));
  return list.check(first, family(first));
}
