import { ANSWERS_LOG, SECONDS_LOG } from "./answers/agent.ts";
import { LONG_LOG } from "./answers/long.ts";
import type { Host, HostFile } from "./host.ts";

/** The namespace of what a server measures about itself, for alarms and the role's permission. */
export const HOST_METRICS = "CWAgent";

/** How long the CloudWatch agent keeps a line at most before it sends it, in seconds. */
export const FLUSH_SECONDS = 1;

/** Where the CloudWatch agent's configuration is. */
export const AGENT_CONFIG = "/etc/rollout/agent.json";

/**
 * What the CloudWatch agent ships: nginx's and the system's logs and what is counted of the answers, each to a stream `TRACK/INSTANCE`, and the figures EC2
 * itself doesn't know: `mem_used_percent` and `disk_used_percent` (of `/`) by `AutoScalingGroupName`.
 *
 * Source: CloudWatch User Guide, "Manually create or edit the CloudWatch agent configuration file".
 */
export function agentConfig({ track, logGroups }: Pick<Host, "track" | "logGroups">): HostFile {
  const shipped = (file_path: string, log_group_name: string, suffix = "") => ({
    file_path,
    log_group_name,
    log_stream_name: `${track}/{instance_id}${suffix}`,
  });
  const config = {
    logs: {
      // Five seconds unless said: what is read here decides on a rollback.
      force_flush_interval: FLUSH_SECONDS,
      logs_collected: {
        files: {
          collect_list: [
            shipped("/var/log/nginx/access.log", logGroups.nginx),
            shipped("/var/log/nginx/error.log", logGroups.nginx, "/error"),
            shipped(LONG_LOG, logGroups.nginx, "/long"),
            shipped(ANSWERS_LOG, logGroups.system, "/answers"),
            shipped(SECONDS_LOG, logGroups.seconds),
            shipped("/var/log/syslog", logGroups.system),
            shipped("/var/log/cloud-init-output.log", logGroups.system, "/boot"),
            shipped("/var/log/unattended-upgrades/unattended-upgrades.log", logGroups.system, "/upgrades"),
          ],
        },
      },
    },
    metrics: {
      namespace: HOST_METRICS,
      // biome-ignore lint/suspicious/noTemplateCurlyInString: the agent fills it in
      append_dimensions: { AutoScalingGroupName: "${aws:AutoScalingGroupName}" },
      aggregation_dimensions: [["AutoScalingGroupName"]],
      metrics_collected: {
        mem: { measurement: ["mem_used_percent"] },
        disk: { measurement: ["used_percent"], resources: ["/"], drop_device: true },
      },
    },
  };
  return { path: AGENT_CONFIG, content: `${JSON.stringify(config)}\n` };
}

/**
 * nginx's logs on the disk: a week at most; CloudWatch keeps them longer. Takes the place of the package's own rule. What is
 * counted of them stays for a day.
 */
export function logRotation(): HostFile {
  return {
    path: "/etc/logrotate.d/nginx",
    content: `/var/log/nginx/*.log {
  daily
  rotate 7
  missingok
  notifempty
  compress
  delaycompress
  create 0640 www-data adm
  sharedscripts
  postrotate
    kill -USR1 "$(cat /run/nginx.pid)"
  endscript
}
${ANSWERS_LOG} ${SECONDS_LOG} {
  daily
  rotate 1
  missingok
  notifempty
}
`,
  };
}
