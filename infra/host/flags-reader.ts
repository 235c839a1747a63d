import { FLAGS_FOLDER } from "./environment.ts";
import type { Host, HostFile } from "./host.ts";

/**
 * Keeps the feature flags in a file that the app reads. The app needs neither credentials nor the network for them,
 * and goes on with the last ones when AppConfig can't be reached.
 *
 * Source: AWS AppConfig User Guide, "Retrieving configuration data without AWS AppConfig Agent".
 */
export function flagFiles({ region, flags }: Pick<Host, "region" | "flags">): HostFile[] {
  if (!flags) return [];
  return [
    {
      path: "/usr/local/sbin/rollout-flags",
      permissions: "0755",
      content: `#!/bin/bash
set -euo pipefail
PATH=$PATH:/snap/bin
folder=\${ROLLOUT_FLAGS:-${FLAGS_FOLDER}}
token=$(aws appconfigdata start-configuration-session --region '${region}' \\
  --application-identifier '${flags.application}' --environment-identifier '${flags.environment}' \\
  --configuration-profile-identifier '${flags.profile}' --query InitialConfigurationToken --output text)
while true; do
  token=$(aws appconfigdata get-latest-configuration --region '${region}' --configuration-token "$token" \\
    --query NextPollConfigurationToken --output text "$folder/flags.new")
  # An empty answer means that nothing changed.
  if [[ -s $folder/flags.new ]]; then mv "$folder/flags.new" "$folder/flags.json"; fi
  sleep 60
done
`,
    },
    {
      path: "/etc/systemd/system/rollout-flags.service",
      content: `[Unit]
Description=Keep the feature flags up to date
Wants=network-online.target
After=network-online.target
StartLimitIntervalSec=0
[Service]
ExecStart=/usr/local/sbin/rollout-flags
# The container holds on to the folder: a restart must not make another.
RuntimeDirectory=${FLAGS_FOLDER.replace("/run/", "")}
RuntimeDirectoryPreserve=yes
Restart=always
RestartSec=15
[Install]
WantedBy=multi-user.target
`,
    },
  ];
}
