import { alarm, type Metric, type Scope } from "./alarm.ts";
import type { WatchedTrack } from "./track.ts";

const THRESHOLDS = {
  maxCpuInPercent: 80,
  maxMemoryInPercent: 90,
  maxDiskInPercent: 85,
};

/** The servers of a track; memory and disk come from the CloudWatch agent on each, added up by group. */
export function hostAlarms(stack: Scope, track: WatchedTrack) {
  const scope = { ...stack, prefix: `${stack.prefix}-${track.name}` };
  const of = (namespace: string, name: string, statistic: string): Metric => ({
    namespace,
    name,
    statistic,
    dimensions: { AutoScalingGroupName: track.autoscalingGroupName },
  });
  const steady = { severity: "P3", periodInSeconds: 300 } as const;

  alarm(scope, "hosts-cpu", {
    ...steady,
    means: `The servers of track ${track.name} have used more than ${THRESHOLDS.maxCpuInPercent} % of their CPU for 15 min, so more servers didn't help or none may be added.`,
    act: "Raise maxServers or servers, or take a larger instance type.",
    watch: of("AWS/EC2", "CPUUtilization", "Average"),
    breach: { above: THRESHOLDS.maxCpuInPercent },
    periods: 3,
    missing: { as: "notBreaching", because: "no server runs, which the alarm for down tells" },
  });
  alarm(scope, "hosts-memory", {
    ...steady,
    means: `A server of track ${track.name} has ${THRESHOLDS.maxMemoryInPercent} % of its memory in use: processes will be killed.`,
    act: "Look for a leak in the application; lower its memory limit so that it restarts alone.",
    watch: of("CWAgent", "mem_used_percent", "Maximum"),
    breach: { above: THRESHOLDS.maxMemoryInPercent },
    periods: 3,
    missing: {
      as: "breaching",
      because: "the CloudWatch agent is silent on every server: its logs don't arrive either",
    },
  });
  alarm(scope, "hosts-disk", {
    ...steady,
    means: `A server of track ${track.name} has ${THRESHOLDS.maxDiskInPercent} % of its disk in use.`,
    act: "Look for logs that don't rotate and for old images; replacing the server also helps.",
    watch: of("CWAgent", "disk_used_percent", "Maximum"),
    breach: { above: THRESHOLDS.maxDiskInPercent },
    periods: 3,
    missing: { as: "notBreaching", because: "told by the alarm for memory" },
  });
}
