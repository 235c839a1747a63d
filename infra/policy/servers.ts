import { onProperty, type Policy } from "./policy.ts";
import { at, atLeast, isFalse, isTrue, type Json, list, said, UNKNOWN } from "./values.ts";

const TEMPLATE = "aws:ec2/launchTemplate:LaunchTemplate";
const GROUP = "aws:autoscaling/group:Group";

/** Servers and the groups that start them. Source of the controls: AWS Security Hub, "Amazon EC2", "EC2 Auto Scaling". */
export const serverPolicies: Policy[] = [
  onProperty(TEMPLATE, "metadataOptions.httpTokens", (value) => value === "required" || value === UNKNOWN, {
    id: "servers-imdsv2",
    title: "A server's metadata needs a session (IMDSv2)",
    controls: ["EC2.8", "EC2.170"],
    why: "An application that can be made to fetch an address gives away the server's credentials.",
    advice: "Set metadataOptions.httpTokens to required.",
  }),
  onProperty(TEMPLATE, "metadataOptions.httpPutResponseHopLimit", isOne, {
    id: "servers-metadata-hop",
    title: "Containers don't reach a server's metadata",
    controls: [],
    why: "Code in a container gets the credentials of the server, which may read every secret.",
    advice: "Leave metadataOptions.httpPutResponseHopLimit at 1.",
  }),
  {
    id: "servers-private",
    title: "Servers have no public address",
    controls: ["EC2.9", "EC2.25"],
    why: "They can be reached past the balancer and its web firewall.",
    advice: "Set associatePublicIpAddress to false on each network interface.",
    types: [TEMPLATE],
    broken: ({ inputs }) =>
      list(inputs.networkInterfaces)
        .map((each) => at(each, "associatePublicIpAddress"))
        .filter((value) => value !== undefined && !isFalse(value))
        .map((value) => `associatePublicIpAddress is ${said(value)}`),
  },
  {
    id: "servers-disks-encrypted",
    title: "Servers' disks are encrypted",
    controls: ["EC2.3"],
    why: "A copied disk or snapshot is readable: logs, swapped memory, the environment file.",
    advice: "Set ebs.encrypted on each block device.",
    types: [TEMPLATE],
    broken: ({ inputs }) => {
      if (inputs.blockDeviceMappings === UNKNOWN) return [];
      const disks = list(inputs.blockDeviceMappings);
      if (disks.length === 0) return ["no block device says that it is encrypted"];
      return disks
        .filter((disk) => !isTrue(at(disk, "ebs.encrypted")))
        .map((disk) => `${said(at(disk, "deviceName"))} isn't encrypted`);
    },
  },
  onProperty(GROUP, "healthCheckType", (value) => value === "ELB" || value === UNKNOWN, {
    id: "servers-health",
    title: "A server that doesn't answer requests is replaced",
    controls: ["AutoScaling.1"],
    why: "A server that runs but doesn't answer stays for good.",
    advice: "Set healthCheckType to ELB.",
  }),
  {
    id: "servers-zones",
    title: "Servers are in two zones or more",
    controls: ["AutoScaling.2"],
    why: "No zone has room for all servers when the other goes.",
    advice: "Name a private subnet of each zone in vpcZoneIdentifiers.",
    types: [GROUP],
    broken: ({ inputs }) =>
      inputs.vpcZoneIdentifiers === UNKNOWN || list(inputs.vpcZoneIdentifiers).length >= 2
        ? []
        : [`it has ${list(inputs.vpcZoneIdentifiers).length} subnets`],
  },
  {
    id: "servers-launch-template",
    title: "Servers are started from a launch template",
    controls: ["AutoScaling.9"],
    why: "A launch configuration can't ask for IMDSv2 version by version, and AWS gives it nothing new.",
    advice: "Use launchTemplate or mixedInstancesPolicy.",
    types: [GROUP],
    broken: ({ inputs }) =>
      inputs.launchTemplate || inputs.mixedInstancesPolicy ? [] : ["it has no launch template"],
  },
];

function isOne(value: Json | undefined): boolean {
  return value === undefined || value === UNKNOWN || (atLeast(1)(value) && Number(value) === 1);
}
