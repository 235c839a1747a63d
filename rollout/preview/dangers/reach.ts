import type { Danger } from "../model.ts";
import { type Check, danger } from "./danger.ts";
import { coveredBy, type Flow, flowsOf, portsText } from "./flows.ts";

/**
 * The firewall lets through what it didn't: who can now reach what, on which ports. Computed from all security groups and
 * what is in them, so that moving a server into another group counts and rewriting a rule without effect doesn't.
 */
export const firewallOpened: Check = ({ before, after }) => {
  const old = flowsOf(before);
  const existed = new Set(before.resources.map(({ urn }) => urn));
  const opened = flowsOf(after).filter((flow) => !coveredBy(flow, old, existed));
  const bySource = Map.groupBy(
    opened,
    ({ from, ports, protocol }) => `${from.label} ${protocol} ${portsText(ports)}`,
  );
  return [...bySource.values()].map((flows) => openedDanger(flows, old));
};

function openedDanger(flows: Flow[], old: Flow[]): Danger {
  const { from, ports, protocol } = flows[0]!;
  const targets = [...new Set(flows.map(({ to }) => to.label))].toSorted();
  const what = portsText(ports, protocol);
  const outside = from.range !== undefined && isWide(from.range);
  const outward = flows.every(({ to }) => to.range !== undefined);
  const groups = [...new Set(flows.map(({ group }) => group))].toSorted();
  return danger({
    severity: outside || protocol === "-1" ? "critical" : "warning",
    kind: "firewall-opened",
    title: `${from.label} can now reach ${targets.join(", ")} on ${what}`,
    resources: groups,
    property: "ingress and egress rules",
    before: reachedBefore(flows, old),
    after: what,
    why: outside
      ? "Every machine on the internet can try its luck there, and many do within minutes."
      : outward
        ? "What breaks into it can send data out that way."
        : "What breaks into the one gets a way to the other.",
    advice: "Name the few addresses or the one security group that need it, or leave the rule out.",
  });
}

function reachedBefore(flows: Flow[], old: Flow[]): string {
  const { from } = flows[0]!;
  const targets = new Set(flows.map(({ to }) => to.label));
  const known = old.filter((flow) => flow.from.label === from.label && targets.has(flow.to.label));
  return known.length === 0
    ? "no way"
    : [...new Set(known.map((each) => portsText(each.ports, each.protocol)))].join(", ");
}

function isWide(range: string): boolean {
  const bits = Number(range.split("/")[1] ?? 32);
  return range.includes(":") ? bits < 32 : bits < 8;
}
