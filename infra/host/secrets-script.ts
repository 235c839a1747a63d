import type { Host, HostFile } from "./host.ts";

/**
 * The script that fills the secrets into the app's environment: into memory (`/run`), readable by root alone. A value is
 * never an argument of a process, where every user of the server could read it.
 */
export function secretsScript({ region }: Pick<Host, "region">): HostFile {
  return {
    path: "/usr/local/sbin/rollout-env",
    permissions: "0755",
    content: `#!/bin/bash
set -euo pipefail
PATH=$PATH:/snap/bin
umask 077
etc=\${ROLLOUT_ETC:-/etc/rollout}
run=\${ROLLOUT_RUN:-/run/rollout}
text=$(<"$etc/app.env.template")
while read -r name arn; do
  value=$(aws secretsmanager get-secret-value --region '${region}' --secret-id "$arn" \\
    --query SecretString --output text </dev/null)
  if [[ -z $value || $value == None ]]; then echo "rollout-env: $name has no value" >&2; exit 1; fi
  text=\${text//"@@$name@@"/"$value"}
done <"$etc/secrets"
if [[ $text =~ @@([a-z-]+)@@ ]]; then echo "rollout-env: nothing fills \${BASH_REMATCH[1]}" >&2; exit 1; fi
mkdir -p "$run"
printf '%s\\n' "$text" >"$run/app.env.new"
mv "$run/app.env.new" "$run/app.env"
`,
  };
}
