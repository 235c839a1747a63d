import { Refused, type Rule } from "./rule.ts";

export const ONE_REFRESH: Rule = {
  name: "a group has one instance refresh at a time",
  source: "EC2 Auto Scaling API Reference, StartInstanceRefresh: InstanceRefreshInProgress",
};

export const LAUNCH_HOOK: Rule = {
  name: "a launch hook holds a server back until it reports, and abandons it when its time is over",
  source: "EC2 Auto Scaling User Guide, Amazon EC2 Auto Scaling lifecycle hooks",
};

export const CAPACITY: Rule = {
  name: "a group's creation waits for its least servers, and fails after waitForCapacityTimeout",
  source: "aws provider, aws_autoscaling_group, Waiting for Capacity",
};

export const DRAINING: Rule = {
  name: "a server that leaves a target group drains for the deregistration delay before it goes",
  source: "ALB User Guide, Edit target group attributes: deregistration delay",
};

export const UNUSED_GROUP: Rule = {
  name: "a target group that no listener and no rule uses has no health: its targets are unused",
  source: "ALB User Guide, Health checks for your target groups: Target.NotInUse",
};

export const NEW_FIRST: Rule = {
  name: "with a least healthy share of 100 % the new server comes before the old one goes",
  source: "EC2 Auto Scaling User Guide, Instance maintenance policies",
};

/** @throws {Refused} while one runs */
export function holdToOneRefresh(statuses: readonly string[]): void {
  if (statuses.some((status) => /^(Pending|InProgress|Baking|RollbackInProgress)$/.test(status)))
    throw new Refused(
      ONE_REFRESH,
      "InstanceRefreshInProgress: An Instance Refresh is already in progress and blocks the execution of this Instance Refresh.",
    );
}
