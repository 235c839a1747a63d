import { first } from "../../../../infra/sure.ts";
import type { Danger } from "../../model.ts";
import { type DangerCheck, danger } from "../danger.ts";
import { coveredBy, type Flow, flowsOf, portsText } from "./flows.ts";

/**
 * The firewall lets through what it didn't: who can now reach what, on which ports. Computed from all security groups and
 * what is in them, so that moving a server into another group counts and rewriting a rule without effect doesn't.
 */
export const firewallOpened: DangerCheck = ({ before, after }) => {
  const old = flowsOf(before);
  const existed = new Set(before.resources.map(({ urn }) => urn));
  const opened = flowsOf(after).filter((flow) => !coveredBy(flow, old, existed));
  return merged(opened).map((flows) => openedDanger(flows, old));
};

/** One danger for all that a source can now reach on a port, and for all sources that can now reach the same. */
function merged(opened: Flow[]): Flow[][] {
  const on = ({ ports, protocol }: Flow) => portsText(ports, protocol);
  const bySource = [...Map.groupBy(opened, (flow) => `${flow.from.label} on ${on(flow)}`).values()];
  const targets = (flows: Flow[]) => `${on(first(flows))} ${labels(flows, "to")} ${first(flows).from.kind}`;
  return [...Map.groupBy(bySource, targets).values()].map((groups) => groups.flat());
}

function labels(flows: Flow[], end: "from" | "to"): string {
  return [...new Set(flows.map((flow) => flow[end].label))].toSorted().join(", ");
}

function openedDanger(flows: Flow[], old: Flow[]): Danger {
  const { ports, protocol } = first(flows);
  const what = portsText(ports, protocol);
  const outside = flows.some(({ from }) => from.range !== undefined && isWide(from.range));
  const outward = flows.every(({ to }) => to.range !== undefined);
  return danger({
    severity: outside || protocol === "-1" ? "critical" : "warning",
    kind: "firewall-opened",
    title: `${capitalised(labels(flows, "from"))} can now reach ${labels(flows, "to")} on ${what}`,
    resources: [...new Set(flows.map(({ group }) => group))].toSorted(),
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

/** Names of resources stay as they are. */
function capitalised(text: string): string {
  return text.replace(/^the /, "The ");
}

function reachedBefore(flows: Flow[], old: Flow[]): string {
  const ways = new Set(flows.map(({ from, to }) => `${from.label} ${to.label}`));
  const known = old.filter(({ from, to }) => ways.has(`${from.label} ${to.label}`));
  const texts = [...new Set(known.map((each) => portsText(each.ports, each.protocol)))];
  return texts.length === 0 ? "no way" : texts.join(", ");
}

function isWide(range: string): boolean {
  const bits = Number(range.split("/")[1] ?? 32);
  return range.includes(":") ? bits < 32 : bits < 8;
}
