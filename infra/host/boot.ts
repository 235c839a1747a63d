import { seconds } from "../settings/duration.ts";
import { firewallCommands } from "./hardening.ts";
import { type Host, type HostFile, TLS_FOLDER } from "./host.ts";
import { AGENT_CONFIG } from "./logs-agent.ts";

/**
 * How long a server is waited for once its tools are there, in seconds: the secrets, the image and a migration take up to 8
 * minutes, then the app its own time to start.
 */
export function bootSeconds({ startTimeout }: Pick<Host["app"], "startTimeout">): number {
  return 480 + seconds(startTimeout);
}

/** The lifecycle hook that holds a new server back until it answers; track.ts declares it. */
export const BOOT_HOOK = "boot";

/**
 * What a server does once, in order, at its first boot. It reports for service only when the app answers through
 * nginx. A server that never does is given up by its autoscaling group, and the servers that it was to replace go on
 * serving.
 */
export function bootScript(host: Host): HostFile {
  const { region } = host;
  const bucket = `https://amazoncloudwatch-agent-${region}.s3.${region}.amazonaws.com`;
  const services = [
    "rollout-certificate.timer",
    ...(host.app.assets.length > 0 ? ["rollout-assets.timer"] : []),
    "rollout-answers",
    ...(host.flags ? ["rollout-flags"] : []),
    ...(host.access ? ["rollout-credentials"] : []),
    "rollout-app",
  ];
  return {
    path: "/usr/local/sbin/rollout-boot",
    permissions: "0755",
    content: `#!/bin/bash
set -euo pipefail
export PATH=$PATH:/snap/bin AWS_DEFAULT_REGION='${region}'
id=$(</var/lib/cloud/data/instance-id)

firewall() {
${firewallCommands(host)
  .map((command) => `  ${command}`)
  .join("\n")}
}
tools() {
  local deb=/run/agent.deb
  fetch $deb "${bucket}/ubuntu/$(dpkg --print-architecture)/latest/amazon-cloudwatch-agent.deb"
  dpkg --install $deb && rm $deb
}
fetch() { curl --fail --silent --show-error --retry 5 --retry-all-errors --output "$1" "$2"; }
agent() {
  /opt/aws/amazon-cloudwatch-agent/bin/amazon-cloudwatch-agent-ctl -a fetch-config -m ec2 -s -c file:${AGENT_CONFIG}
}
serve() {
  echo "INSTANCE_ID=$id" >/etc/rollout/instance.env
  rollout-certificate
  fetch ${TLS_FOLDER}/database-ca.pem "https://truststore.pki.rds.amazonaws.com/${region}/${region}-bundle.pem"
  cat /etc/ssl/certs/ca-certificates.crt ${TLS_FOLDER}/database-ca.pem >${TLS_FOLDER}/authorities.pem
  chmod 0644 ${TLS_FOLDER}/{database-ca,authorities}.pem
  systemctl daemon-reload
  systemctl enable --now --no-block ${services.join(" ")}
  systemctl restart nginx
}
answer() {
  SECONDS=0
  until curl --fail --silent --insecure --max-time 4 --output /dev/null https://127.0.0.1/health; do
    if ((SECONDS > ${bootSeconds(host.app)})); then
      echo "rollout-boot: no answer on /health" >&2
      return 1
    fi
    sleep 5
  done
}
report() {
  local group
  group=$(aws autoscaling describe-auto-scaling-instances --instance-ids "$id" \\
    --query 'AutoScalingInstances[0].AutoScalingGroupName' --output text)
  aws autoscaling complete-lifecycle-action --lifecycle-hook-name ${BOOT_HOOK} \\
    --auto-scaling-group-name "$group" --instance-id "$id" --lifecycle-action-result CONTINUE
}

firewall
tools
agent
serve
answer
${host.app.processes.length > 0 ? "systemctl enable --now rollout-processes\n" : ""}report
`,
  };
}
