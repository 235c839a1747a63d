import { seconds } from "../settings/duration.ts";
import type { Host, HostFile } from "./host.ts";
import { shellWord } from "./shell-word.ts";

/** Which of the servers' files brings the database up to date; the rehearsal runs it too. */
export const MIGRATE = "/usr/local/sbin/rollout-migrate";

/** Any number, as long as no application locks the same: of all tracks' servers one migrates at a time. */
const LOCK = 7_202_612;

/** How long a server that isn't to migrate waits until its version is migrated, before it says so and is started anew. */
const PATIENCE_SECONDS = 420;
/** A stack's first servers come up together, whichever has the lock first. */
const YOUNG = "15 minutes";

/** Shorter than a new server is waited for (boot.ts): a migration that hangs fails the deployment. */
const WITHIN_SECONDS = 420;
/** How often one that waited too long for a lock is begun anew, with a pause that grows to this many seconds. */
const TRIES = 20;
const PAUSE_SECONDS = 10;

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
 * No statement of it waits for a lock longer than `app.lockTimeout`: who waits for one that blocks all has everybody else wait behind
 * him. It is begun again then, until its time is over. And what its client leaves when it is ended is taken back at once: PostgreSQL would
 * notice only at the end of a statement. Both are told by PGOPTIONS, which libpq, psycopg, node-postgres and what is built on them read.
 *
 * A server that boots migrates only where nobody would be hurt and no rollout could: in a stack's first minutes, or as the stable track's
 * own, which was changed in place. A candidate's waits: `rollout run` migrates (ROLLOUT_STEP), with the drill, the gates and the care for
 * stable that the plan asks for.
 *
 * With `ROLLOUT_WHAT=contract` it runs `app.contract` in the same way.
 *
 * The script has the variables CONTAINER and IMAGE of the app's unit. The password isn't among psql's arguments,
 * where every user of the server could read it. In the rehearsal, which has no containers, ROLLOUT_HERE stands in the
 * place of docker.
 */
export function migrationScript({ app, stack, track }: Host): HostFile[] {
  if (app.migrate.length + app.contract.length === 0) return [];
  return [
    {
      path: MIGRATE,
      permissions: "0755",
      content: `#!/bin/bash
set -euo pipefail
what=\${ROLLOUT_WHAT:-migrate}
words=(${app.migrate.map(shellWord).join(" ")})
if [[ $what == contract ]]; then words=(${app.contract.map(shellWord).join(" ")}); fi
if ((\${#words[@]} == 0)); then exit 0; fi
run=\${ROLLOUT_RUN:-/run/rollout}
value() { sed -n "s/^$1=//p" "$run/app.env"; }
if [[ \${1-} == run ]]; then
  PGOPTIONS="$(value PGOPTIONS) -c lock_timeout=${seconds(app.lockTimeout)}s -c client_connection_check_interval=1s"
  export PGOPTIONS
  in=(docker run --rm --init --pull never --name "rollout-$what" $CONTAINER --env PGOPTIONS
    --log-opt "awslogs-stream=${track}/migrate-$INSTANCE_ID" $IMAGE)
  for ((tries = 1; ; tries++)); do
    code=0
    said=$(timeout $((${WITHIN_SECONDS} - SECONDS)) \${ROLLOUT_HERE-"\${in[@]}"} "\${words[@]}" 2>&1 | tee >(cat >&2)) || code=$?
    if ((code == 0 || tries == ${TRIES} || SECONDS > ${WITHIN_SECONDS - 30})) || ! grep -qiE 'lock ?timeout|55P03' <<<"$said"; then exit "$code"; fi
    sleep $((tries < ${PAUSE_SECONDS} ? tries : ${PAUSE_SECONDS}))
  done
fi
url=$(value DATABASE_URL)
password=\${url#*://*:}
export PGPASSWORD=\${password%%@*}
version=$(value VERSION)
if [[ $what == contract ]]; then version="contract $version"; fi
may=true
if [[ -z \${ROLLOUT_STEP-} && $(cat "$run/stable" 2>/dev/null) != '${track}' ]]; then may=false; fi
attempt() {
  psql "\${url/":$PGPASSWORD@"/@}" -qAtX -v ON_ERROR_STOP=1 -v version="$version" -v self="$0" \\
    -v may="$may" -v young="\${ROLLOUT_YOUNG-${YOUNG}}" <<'SQL'
SELECT pg_try_advisory_lock(${LOCK}) AS mine \\gset
\\if :mine
\\else
\\echo busy
\\quit
\\endif
CREATE TABLE IF NOT EXISTS rollout_migrations (version text PRIMARY KEY, at timestamptz DEFAULT now());
SELECT count(*) = 0 AS due FROM rollout_migrations WHERE version = :'version' \\gset
\\if :due
SELECT :'may' OR coalesce(min(at) > now() - :'young'::interval, true) AS may FROM rollout_migrations \\gset
\\if :may
\\else
\\echo later
\\quit
\\endif
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
  if [[ $code == later ]] && ((SECONDS >= \${ROLLOUT_PATIENCE-${PATIENCE_SECONDS}})); then
    echo "version $version isn't migrated yet, which servers of ${track} don't do: rollout run --candidate ${track} --stack ${stack} does" >&2
    exit 75
  fi
  if [[ $code != busy && $code != later ]]; then break; fi
  sleep 1
done
code=\${code//[^0-9]/}
if ((code)); then
  echo "the migration failed with exit code $code: \${words[*]}" >&2
  exit 1
fi
`,
    },
  ];
}
