import { onProperty, type Policy } from "./policy.ts";
import { atLeast, isTrue, type Json } from "./values.ts";

const GROUP = "aws:elasticache/replicationGroup:ReplicationGroup";
const isSet = (value: Json | undefined) => value !== undefined && value !== null && value !== "";

/** Redis. Source of the controls: AWS Security Hub, "Controls for ElastiCache". */
export const cachePolicies: Policy[] = [
  onProperty(GROUP, "atRestEncryptionEnabled", isTrue, {
    id: "cache-encrypted",
    title: "A cache is encrypted at rest",
    controls: ["ElastiCache.4"],
    why: "Its snapshots hold every session.",
    advice: "Set atRestEncryptionEnabled. It replaces the cache: plan for everybody to sign in again.",
  }),
  onProperty(GROUP, "transitEncryptionEnabled", isTrue, {
    id: "cache-tls",
    title: "A cache speaks TLS",
    controls: ["ElastiCache.5"],
    why: "Sessions and the cache's password travel in clear inside the network.",
    advice: "Set transitEncryptionEnabled.",
  }),
  {
    id: "cache-password",
    title: "A cache asks for a password",
    controls: ["ElastiCache.6"],
    why: "Whatever reaches the port can read every session and write its own.",
    advice: "Set authToken, or userGroupIds with users of their own.",
    types: [GROUP],
    broken: ({ inputs }) =>
      isSet(inputs.authToken) || isSet(inputs.authTokenWo) || isSet(inputs.userGroupIds)
        ? []
        : ["neither authToken nor userGroupIds is set"],
  },
  onProperty(GROUP, "snapshotRetentionLimit", atLeast(1), {
    id: "cache-backed-up",
    title: "A cache is backed up every day",
    controls: ["ElastiCache.1"],
    why: "When it is lost, everybody is signed out and no session comes back.",
    advice: "Set snapshotRetentionLimit to a day or more.",
  }),
  onProperty(GROUP, "autoMinorVersionUpgrade", (value) => value === undefined || isTrue(value), {
    id: "cache-patched",
    title: "A cache takes minor versions by itself",
    controls: ["ElastiCache.2"],
    why: "Known holes stay open until somebody remembers.",
    advice: "Leave autoMinorVersionUpgrade on; it happens in the maintenance window.",
  }),
  onProperty(GROUP, "subnetGroupName", (value) => isSet(value) && value !== "default", {
    id: "cache-own-subnets",
    title: "A cache is in subnets that were chosen for it",
    controls: ["ElastiCache.7"],
    why: "The default group may hold subnets with a way to the internet.",
    advice: "Give it a subnet group of the data subnets.",
  }),
];
