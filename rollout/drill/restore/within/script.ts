/** Where a database listens. */
export interface Address {
  host: string;
  port: number;
}

/**
 * What each script of a drill begins with. It runs on one of the stack's servers, which alone may connect to the database
 * and to a copy in the same place, and which have the password: `$live` and `$copy` are the two databases' URLs.
 *
 * ROLLOUT_ROOT is the folder of a server's files where that isn't `/`, as in the tests.
 */
export function scriptOn({ host, port }: Address, script: string): string {
  return `#!/bin/bash
set -euo pipefail
umask 077
root=\${ROLLOUT_ROOT-}
environment=$root/run/rollout/app.env
value() { sed -n "s/^$1=//p" "$environment"; }
live=$(value DATABASE_URL)
copy=\${live#*@*/}
copy=\${live%%@*}@${host}:${port}/$copy
${script}`;
}
