import type { Host, HostFile } from "./host.ts";
import { shellWord } from "./shell-word.ts";

/** Which of the servers' files brings the database up to date; the rehearsal runs it too. */
export const MIGRATE = "/usr/local/sbin/rollout-migrate";

/** Any number, as long as no application locks the same: of all tracks' servers one migrates at a time. */
const LOCK = 7_202_612;

/** Shorter than a new server is waited for (boot.ts): a migration that hangs fails the deployment. */
const WITHIN_SECONDS = 420;

/**
 * The script that runs `app.migrate` once for each version, before the app of that version starts.
 *
 * Servers ask the database whether it was done, under an advisory lock (PostgreSQL, "Advisory Locks"). So of several
 * servers that boot at once one migrates and the others wait; and a server of an older version that boots later finds
 * that its own migration was done. They ask again and again: a question that waits in the database is a transaction, for
 * whose end CREATE INDEX CONCURRENTLY would wait, and so the migration for those that wait for it (PostgreSQL, "Building
 * Indexes Concurrently"). A migration that was interrupted is run again: the command must bear that. When
 * it fails, the last line says which command it was and its exit code (124: it took too long), after what it said itself.
 *
 * The script has the variables CONTAINER and IMAGE of the app's unit. The password isn't among psql's arguments,
 * where every user of the server could read it. In the rehearsal, which has no containers, ROLLOUT_HERE stands in the
 * place of docker.
 */
export function migrationScript({ app, track }: Host): HostFile[] {
  if (app.migrate.length === 0) return [];
  return [
    {
      path: MIGRATE,
      permissions: "0755",
      content: `#!/bin/bash
set -euo pipefail
if [[ \${1-} == run ]]; then
  in=(docker run --rm --init --pull never $CONTAINER --log-opt awslogs-stream=${track}/migrate-$INSTANCE_ID $IMAGE)
  exec timeout ${WITHIN_SECONDS} \${ROLLOUT_HERE-"\${in[@]}"} ${app.migrate.map(shellWord).join(" ")}
fi
value() { sed -n "s/^$1=//p" "\${ROLLOUT_RUN:-/run/rollout}/app.env"; }
url=$(value DATABASE_URL)
password=\${url#*://*:}
export PGPASSWORD=\${password%%@*}
attempt() {
  psql "\${url/":$PGPASSWORD@"/@}" -qAtX -v ON_ERROR_STOP=1 -v version="$(value VERSION)" -v self="$0" <<'SQL'
SELECT pg_try_advisory_lock(${LOCK}) AS mine \\gset
\\if :mine
\\else
\\echo busy
\\quit
\\endif
CREATE TABLE IF NOT EXISTS rollout_migrations (version text PRIMARY KEY, at timestamptz DEFAULT now());
SELECT count(*) = 0 AS due FROM rollout_migrations WHERE version = :'version' \\gset
\\if :due
\\set code \`:'self' run >&2 </dev/null; echo $?\`
\\echo :code
SELECT :code <> 0 AS failed \\gset
\\if :failed
\\quit
\\endif
INSERT INTO rollout_migrations VALUES (:'version');
\\endif
SQL
}
while :; do
  code=$(attempt)
  if [[ $code != busy ]]; then break; fi
  sleep 1
done
code=\${code//[^0-9]/}
if ((code)); then
  echo the migration failed with exit code $code: ${shellWord(app.migrate.join(" "))} >&2
  exit 1
fi
`,
    },
  ];
}
