import { CREDENTIALS } from "../environment.ts";
import type { Host, HostFile } from "../host.ts";
import { sandbox } from "../units/sandbox.ts";

/** Which of the servers' files hands the app its credentials; the rehearsal runs it too. */
export const CREDENTIALS_SCRIPT = "/usr/local/sbin/rollout-credentials";

/**
 * Hands the app's container the credentials of the app's own role, as Amazon ECS does for its tasks: at an address whose path
 * nobody can guess, which is made at boot and told the app alone (AWS_CONTAINER_CREDENTIALS_FULL_URI). A plain file server
 * is enough, for a file that is written anew every quarter of an hour; it runs as nobody, and its empty index keeps it from
 * listing what is there.
 *
 * The server's own credentials, which read every secret of the stack, stay out of the container's reach by the metadata
 * service's hop limit of 1. The address is on the server's loopback, and its firewall lets in the container's network alone
 * (hardening.ts). In the rehearsal variables stand in place of what is this machine's.
 */
export function credentialFiles({ access, region }: Pick<Host, "access" | "region">): HostFile[] {
  if (!access) return [];
  // By AWS's SDK: its CLI is a snap, which starts in no sandbox.
  const ask = `python3 -c '
import boto3, json
role = boto3.client("sts", region_name="${region}").assume_role(RoleArn="${access.roleArn}", RoleSessionName="app")
print(json.dumps(role["Credentials"], default=lambda time: time.isoformat()))'`;
  return [
    {
      path: CREDENTIALS_SCRIPT,
      permissions: "0755",
      content: `#!/bin/bash
set -euo pipefail
umask 077
run=\${ROLLOUT_RUN:-/run/rollout}
files=$run/credentials
mkdir -p "$files"
# Started anew, it is where the app already looks.
token=$(cat "$run/credentials-token" 2>/dev/null || openssl rand -hex 32)
: >"$files/index.html"
ask() { ${ask}; }
refresh() {
  due=0
  # As long as the server below, which takes this script's place.
  while kill -0 $$; do
    # What SDKs read is called otherwise (SDKs and Tools Reference Guide, "Container credential provider"): Token. And the
    # one for JavaScript takes no other zone than Z.
    if ((SECONDS >= due)) && \${ROLLOUT_ASK-ask} | sed 's/"Session/"/; s/+00:00"/Z"/' >"$run/new"; then
      mv "$run/new" "$files/$token"
      if ((!UID)); then chown -R nobody "$files"; fi
      printf %s "$token" >"$run/credentials-token"
      due=$((SECONDS + 900))
    fi
    sleep 5
  done
}
refresh &
# By "." nobody gets there, though not through /run/rollout, which is root's.
cd "$files"
exec \${ROLLOUT_AS-setpriv --reuid nobody --regid nogroup --clear-groups} python3 -m http.server --directory . \\
  --bind \${ROLLOUT_AT-${CREDENTIALS.host} ${CREDENTIALS.port}} >/dev/null 2>&1
`,
    },
    {
      path: "/etc/systemd/system/rollout-credentials.service",
      content: `[Unit]
Description=Hand the app its credentials
Wants=network-online.target
After=network-online.target
StartLimitIntervalSec=0
[Service]
# The app's secrets are there too, and stay when this ends.
RuntimeDirectory=rollout
RuntimeDirectoryMode=0700
RuntimeDirectoryPreserve=yes
ExecStartPre=+/sbin/ip address replace ${CREDENTIALS.host}/32 dev lo
ExecStart=${CREDENTIALS_SCRIPT}
Restart=always
RestartSec=5
${sandbox({
  // Gives its files to nobody, whom it then becomes, and looks whether that still runs.
  capabilities: ["CAP_CHOWN", "CAP_DAC_OVERRIDE", "CAP_KILL", "CAP_SETGID", "CAP_SETUID"],
  network: true,
})}[Install]
WantedBy=multi-user.target
`,
    },
  ];
}
