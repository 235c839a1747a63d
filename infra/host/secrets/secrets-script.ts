import type { Host, HostFile } from "../host.ts";
import { followedParameter } from "../processes/agent.ts";

/**
 * The script that fills the secrets into the app's environment: into memory (`/run`), readable by root alone. A value is
 * never an argument of a process, where every user of the server could read it, and never in a file elsewhere.
 *
 * The stack's own go in place of `@@name@@`; the app's are lines of their own, for nothing is known of what is in them.
 * Last come the references of `app.environment`, each value's from its end; what they bring is taken as it is.
 * python3 is there wherever cloud-init is.
 *
 * Where the app has a migration it also asks which track is stable: only its servers may migrate (migration.ts).
 */
export function secretsScript({ app, stack, region }: Pick<Host, "app" | "stack" | "region">): HostFile {
  const migrates = app.migrate.length > 0;
  return {
    path: "/usr/local/sbin/rollout-env",
    permissions: "0755",
    content: `#!/bin/bash
set -euo pipefail
PATH=$PATH:/snap/bin
umask 077
etc=\${ROLLOUT_ETC:-/etc/rollout}
run=\${ROLLOUT_RUN:-/run/rollout}
refuse() { echo "rollout-env: $*" >&2; exit 1; }
get() {
  local region
  IFS=: read -r _ _ _ region _ <<<"$1"
  aws secretsmanager get-secret-value --region "$region" --secret-id "$1" --query SecretString --output text </dev/null
}
text=$(<"$etc/app.env.template")
while read -r name arn; do
  value=$(get "$arn")
  if [[ -z $value || $value == None ]]; then refuse "$name has no value"; fi
  text=\${text//"@@$name@@"/"$value"}
done <"$etc/secrets"
mkdir -p "$run"
if [[ $text == *@@credentials-token@@* ]]; then
  until [[ -s $run/credentials-token ]]; do sleep 1; done
  text=\${text//@@credentials-token@@/$(<"$run/credentials-token")}
fi
if [[ $text =~ @@([a-z-]+)@@ ]]; then refuse "nothing fills \${BASH_REMATCH[1]}"; fi
declare -A held known
given=
while read -r name arn _ key; do
  if [[ ! -v held[$arn] ]]; then held[$arn]=$(get "$arn"); fi
  value=\${held[$arn]}
  if [[ -n $key ]]; then
    value=$(printf '%s' "$value" | python3 -c 'import json, sys
value = json.load(sys.stdin)[sys.argv[1]]
print(value if isinstance(value, str) else json.dumps(value))' "$key" 2>/dev/null) || refuse "$name: the secret has no key $key"
  fi
  if [[ -z $value || $value == None ]]; then refuse "$name has no value"; fi
  if [[ $value == *[$'\\n\\r']* ]]; then refuse "$name has several lines, a variable has one: keep it in base64"; fi
  given+=$name=$value$'\\n'
done <"$etc/app-secrets"
while IFS= read -r line; do known[\${line%%=*}]=\${line#*=}; done < <(printf '%s\\n%s' "$text" "$given")
while IFS= read -r rest; do
  line=
  while [[ $rest =~ ^(.*)\\$\\{([A-Z][A-Z0-9_]*)\\}(.*)$ && -v known[\${BASH_REMATCH[2]}] ]]; do
    line=\${known[\${BASH_REMATCH[2]}]}\${BASH_REMATCH[3]}$line
    rest=\${BASH_REMATCH[1]}
  done
  printf '%s\\n' "$rest$line"
done <<<"$text" >"$run/app.env.new"
printf %s "$given" >>"$run/app.env.new"
mv "$run/app.env.new" "$run/app.env"
${migrates ? stableScript(region, followedParameter(stack, "stable")) : ""}`,
  };
}

/** The app comes up without it: only where a migration is due must it be known. */
function stableScript(region: string, parameter: string): string {
  return `aws ssm get-parameters --region '${region}' --names '${parameter}' --query 'Parameters[0].Value' --output text </dev/null >"$run/stable" ||
  echo "rollout-env: nobody knows which track is stable" >&2
`;
}
