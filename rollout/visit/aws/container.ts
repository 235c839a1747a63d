import { shellWord } from "../../../infra/host/shell-word.ts";
import { CLIENT_OF, URL_OF } from "../clients.ts";
import type { Errand, StoreName } from "../visited.ts";

/** How a process's container is called on its server (infra/host/units/app-unit.ts, infra/host/processes/units.ts). */
function containerOf(process: string): string {
  return `rollout-${process}`;
}

/**
 * What a server's shell is told, as root.
 *
 * @param terminal whether a person is at the other end
 */
export function scriptOf(errand: Errand, terminal: boolean): string {
  if ("in" in errand) {
    const words = errand.command.map(shellWord).join(" ");
    return `exec docker exec ${terminal ? "--interactive --tty " : ""}${containerOf(errand.in.process)} ${words}`;
  }
  return `${LOGIN[errand.store]} ${errand.words.map(shellWord).join(" ")}`.trimEnd();
}

/**
 * Logs in by the app's own file of variables, from the server itself: containers lack the clients, and nothing outside
 * reaches the stores. Passwords stay there, and aren't among the words, which every user of the server could read. They are
 * letters and digits (infra/data/secrets.ts): nothing in them is escaped.
 */
const LOGIN: Record<StoreName, string> = {
  database: `${readUrl("database")}
password=\${url#*://*:}
export PGPASSWORD=\${password%%@*}
exec ${CLIENT_OF.database} "\${url/":$PGPASSWORD@"/@}"`,
  cache: `${readUrl("cache")}
rest=\${url#*://*:}
export REDISCLI_AUTH=\${rest%%@*}
rest=\${rest#*@}
at=\${rest%%/*}
exec ${CLIENT_OF.cache} --tls --cacert "\${ROLLOUT_ROOT-}/etc/rollout/tls/authorities.pem" -h "\${at%:*}" -p "\${at##*:}" -n "\${rest##*/}"`,
};

function readUrl(store: StoreName): string {
  return `url=$(sed -n 's/^${URL_OF[store]}=//p' "\${ROLLOUT_ROOT-}/run/rollout/app.env")
if [[ -z $url ]]; then echo 'the app has no ${store}: its ${URL_OF[store]} is empty' >&2; exit 1; fi`;
}
