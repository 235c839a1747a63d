import type * as pulumi from "@pulumi/pulumi";
import { alarm, type Metric, type Scope, shareInPercent } from "./alarm.ts";
import { burnAlarms } from "./burn.ts";

const MAX_ERRORS_PER_MINUTE = 10;
const MAX_FAILING_IN_PERCENT = 50;
const MIN_REQUESTS = 20;

/**
 * What the balancer itself refuses or can't answer, whatever the track. Returns the alarms for most requests failing.
 *
 * @param objective the percentage of requests that must be good over 30 days
 */
export function balancerAlarms(scope: Scope, balancerArnSuffix: pulumi.Input<string>, objective: number) {
  const of = (name: string): Metric => ({
    namespace: "AWS/ApplicationELB",
    name,
    statistic: "Sum",
    dimensions: { LoadBalancer: balancerArnSuffix },
  });

  alarm(scope, "balancer-errors", {
    severity: "P2",
    means: `The balancer itself answered more than ${MAX_ERRORS_PER_MINUTE} requests a minute with 5xx: no server to go to (503), or one that hung up or took too long (502, 504).`,
    act: "See which track has no healthy server, and give its weight to another.",
    watch: of("HTTPCode_ELB_5XX_Count"),
    breach: { above: MAX_ERRORS_PER_MINUTE },
    periodInSeconds: 60,
    periods: 2,
    outOf: 3,
    missing: { as: "notBreaching", because: "no such answers" },
  });
  alarm(scope, "balancer-rejected", {
    severity: "P2",
    means: "The balancer refused connections: it is at its limit.",
    act: "Look for a flood of requests in the access log and the web firewall; ask AWS for a higher limit.",
    watch: of("RejectedConnectionCount"),
    breach: { above: 0 },
    periodInSeconds: 60,
    periods: 1,
    missing: { as: "notBreaching", because: "none was refused" },
  });

  burnAlarms(scope, {
    suffix: "balancer-errors",
    what: "were answered 5xx by the balancer itself",
    act: "See which track loses connections or answers too late, and give its weight to another.",
    part: of("HTTPCode_ELB_5XX_Count"),
    whole: of("RequestCount"),
    objective,
  });

  const most = (suffix: string, who: string, part: string) =>
    alarm(scope, suffix, {
      severity: "P2",
      means: `${who} more than ${MAX_FAILING_IN_PERCENT} % of all requests with 5xx for 5 min, of at least ${MIN_REQUESTS} a minute.`,
      act: "See the alarms of the tracks, the database and the cache: the cause is one of them.",
      watch: shareInPercent(of(part), of("RequestCount"), { minWhole: MIN_REQUESTS }),
      breach: { above: MAX_FAILING_IN_PERCENT },
      periodInSeconds: 60,
      periods: 5,
      missing: { as: "notBreaching", because: "no requests at all, or no server to count them for" },
    });
  return [
    most("balancer-failing", "The servers answered", "HTTPCode_Target_5XX_Count"),
    most("balancer-unanswered", "The balancer, in place of a server, answered", "HTTPCode_ELB_5XX_Count"),
  ];
}
