import { first } from "../../../../infra/sure.ts";
import type { Graph, GraphResource } from "../../../graph/model.ts";
import { byUrn } from "../../../graph/resources.ts";
import { referencesIn } from "../../../graph/text.ts";
import { STATEFUL } from "../../stateful.ts";
import { listed } from "../../text.ts";
import type { DangerCheck } from "../danger.ts";
import { refused } from "./refused.ts";

const SUBNET = "aws:ec2/subnet:Subnet";
const VPC = "aws:ec2/vpc:Vpc";

/**
 * The network, or subnets of it, go from under what stands in them. A range can't be changed: a new one is made and the
 * old deleted, which AWS refuses while anything is in it, and what holds data can't be moved over.
 *
 * Source: Amazon EC2 API Reference, DeleteSubnet ("You must terminate all running instances in the subnet before you can
 * delete the subnet") and DeleteVpc; ElastiCache API Reference, ModifyCacheSubnetGroup, SubnetInUse; RDS refuses to take a
 * subnet in use out of a DB subnet group (InvalidSubnet).
 */
export const networkPulledAway: DangerCheck = ({ before, after, deltas }) => {
  const going = deltas.filter(
    ({ change, before: old }) =>
      old && [SUBNET, VPC].includes(change.type) && ["delete", "replace"].includes(change.kind),
  );
  const whole = going.filter(({ change }) => change.type === VPC);
  const parts = whole.length > 0 ? whole : going;
  const stays = new Set(after.resources.map(({ urn }) => urn));
  const urns = new Set(going.map(({ change }) => change.urn));
  const inside = occupants(before, urns).filter(({ urn }) => stays.has(urn));
  if (parts.length === 0 || inside.length === 0) return [];
  const data = inside.filter(({ type }) => STATEFUL[type] !== undefined);
  const names = parts.map(({ change }) => change.name).toSorted();
  const cause = first(parts).change.properties.find(({ replaces }) => replaces === "yes");
  return [
    refused({
      severity: data.length > 0 ? "critical" : "warning",
      title: `AWS refuses to delete ${listed(names)}, where ${listed(
        (data.length > 0 ? data : inside).map(({ name }) => name).toSorted(),
      )} ${inside.length === 1 ? "stands" : "stand"}`,
      resources: names,
      property: cause?.path ?? "",
      before: cause?.before ?? "there",
      after: cause?.after ?? "none",
      why:
        data.length > 0
          ? "The update stops in the middle, with some of the network new and some old. What holds data can't be moved by it."
          : "The update waits for what stands there to end, and stops in the middle when it doesn't.",
      advice:
        data.length > 0
          ? "Take the change back. Another range or fewer zones is another network: build it beside this one, restore the data there, and move the traffic."
          : "Take away first what stands there, by a change of its own.",
    }),
  ];
};

/** What stands in some of these subnets or networks, itself or by its subnet group. */
function occupants(graph: Graph, urns: ReadonlySet<string>): GraphResource[] {
  const all = byUrn(graph);
  const refers = ({ inputs }: GraphResource, to: ReadonlySet<string>) =>
    Object.values(inputs).some((value) => referencesIn(value).some(({ urn }) => to.has(urn)));
  const real = graph.resources.filter(({ custom }) => custom);
  const subnets = new Set(
    [
      ...urns,
      ...real.filter((each) => each.type === SUBNET && refers(each, urns)).map(({ urn }) => urn),
    ].filter((urn) => all.get(urn)?.type === SUBNET),
  );
  const groups = new Set(
    real.filter((each) => /[sS]ubnetGroup:/.test(each.type) && refers(each, subnets)).map(({ urn }) => urn),
  );
  return real.filter((each) => IN_SUBNETS.test(each.type) && (refers(each, subnets) || refers(each, groups)));
}

/** What has an address in a subnet. */
const IN_SUBNETS =
  /^aws:(rds\/(instance|cluster)|elasticache\/(replicationGroup|cluster)|autoscaling\/group|lb\/loadBalancer|ec2\/(natGateway|instance)|efs\/mountTarget):/;
