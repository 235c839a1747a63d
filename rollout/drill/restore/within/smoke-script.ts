import { shellWord } from "../../../../infra/host/shell-word.ts";
import { milliseconds } from "../../../../infra/settings/duration.ts";
import type { SmokeTest } from "../../../../infra/settings/schema/asked/smoke.ts";
import { USER_AGENT } from "../../../smoke/client.ts";
import { type Address, scriptOn } from "./script.ts";

/** Of the answers together, in characters as they travel: Systems Manager hands on 24,000. */
const ROOM = 16_000;
/** The cache's last logical database: what the application on the copy writes isn't seen by the live one. */
const CACHE = 15;

/**
 * Starts the application of this very server a second time, as its unit does and behind an nginx with the same
 * configuration, but on the copy, and asks it what a new version is asked. Both are gone when the script ends.
 *
 * @param domain the stack's public name
 * @returns a script that prints a line for each test (see replies.ts)
 */
export function smokeScript(copy: Address, domain: string, tests: readonly SmokeTest[]): string {
  const room = Math.floor(ROOM / Math.max(1, tests.length));
  return scriptOn(
    copy,
    `work=$root/run/rollout-drill
read -r app front <<<"\${ROLLOUT_PORTS:-8001 8444}"
clean() {
  [[ ! -f $work/nginx.pid ]] || kill "$(<"$work/nginx.pid")" || true
  docker rm --force rollout-drill >/dev/null 2>&1 || true
  rm -rf "$work"
}
clean
trap clean EXIT
mkdir -p "$work"

text=$(<"$environment")
# Wherever they stand: the app may have them under names of its own, and in parts.
cache=$(value REDIS_URL)
if [[ -n $cache ]]; then text=\${text//"$cache"/"\${cache%/*}/${CACHE}"}; fi
at=\${live#*@} at=\${at%%/*}
text=\${text//"$at"/${copy.host}:${copy.port}}
text=\${text//"\${at%:*}"/${copy.host}}
printf '%s\\n' "$text" >"$work/app.env"

cp -r "$root/etc/nginx" "$work/nginx"
cd "$work/nginx/machine"
sed -i "s|^pid .*|pid \\"$work/nginx.pid\\";|; s|^error_log .*|error_log \\"$work/error.log\\" warn;|" main.conf
sed -i "s|^access_log .*|access_log \\"$work/access.log\\" track;|" http.conf
sed -i "s|^access_log [^ ]*|access_log \\"$work/long.log\\"|" long.conf
sed -i "s|^listen .*|listen 127.0.0.1:$front ssl http2;|" listen.conf
echo "server 127.0.0.1:$app;" >upstream.conf
cd /
nginx -e "$work/error.log" -c "$work/nginx/nginx.conf"

# The unit's own words, with another name, port and environment. When memory is short this one goes first.
source "$root/etc/rollout/instance.env"
unit=$(sed -e ':more' -e '/\\\\$/N; s/ *\\\\\\n */ /; t more' "$root/etc/systemd/system/rollout-app.service")
elsewhere() { sed "s|/run/rollout/app.env|$work/app.env|g; s|\\(awslogs-stream=[^ ]*\\)|\\1-drill|g" <<<"$1"; }
read -r pattern <<<'^Environment="CONTAINER=\\(.*\\)" IMAGE=\\(.*\\)$'
CONTAINER=$(elsewhere "$(sed -n "s|$pattern|\\1|p" <<<"$unit")")
IMAGE=$(sed -n "s|$pattern|\\2|p" <<<"$unit")
if [[ -x $root/usr/local/sbin/rollout-migrate ]]; then
  CONTAINER=$CONTAINER IMAGE=$IMAGE INSTANCE_ID=$INSTANCE_ID ROLLOUT_STEP=1 ROLLOUT_RUN=$work "$root/usr/local/sbin/rollout-migrate" >&2
fi
start=$(elsewhere "$(sed -n 's/^ExecStart=//p' <<<"$unit")")
start=docker\${start#*docker}
start=\${start/--name rollout-app/--name rollout-drill --detach --oom-score-adj 1000}
eval "\${start/--publish 127.0.0.1:8000:/--publish 127.0.0.1:$app:}" >/dev/null

ask() {
  curl --silent --insecure --user-agent ${USER_AGENT} --header 'host: ${domain}' \\
    --dump-header "$work/headers" --output "$work/body" "$@" "https://127.0.0.1:$front$path"
}
for ((i = 0; i < 90; i++)); do
  path=/health
  if ask --fail --max-time 2; then break; fi
  sleep 2
done

packed() { gzip -9 | base64 --wrap 0; }
# Its number, curl's exit code, seconds, headers, body, and whether the body is only its beginning.
tell() {
  local code=0 seconds body cut=whole
  path=$2
  rm -f "$work/headers" "$work/body"
  touch "$work/headers" "$work/body"
  seconds=$(ask --write-out '%{time_total}' "\${@:3}") || code=$?
  body=$(packed <"$work/body")
  if ((\${#body} > ${room})); then cut=cut body=$(head --bytes ${Math.floor(room / 2)} "$work/body" | packed); fi
  echo "reply $1 $code $seconds $(packed <"$work/headers") $body $cut"
}
echo "version $(value VERSION)"
${tests.map(asked).join("\n")}
`,
  );
}

function asked({ method, path, body, within }: SmokeTest, index: number): string {
  const seconds = milliseconds(within) / 1000;
  const sent =
    body === undefined
      ? ""
      : ` --header 'content-type: application/json' --data-binary ${shellWord(JSON.stringify(body))}`;
  const way = method === "HEAD" ? "--head" : `--request ${method}`;
  return `tell ${index} ${shellWord(path)} ${way} --max-time ${seconds}${sent}`;
}
