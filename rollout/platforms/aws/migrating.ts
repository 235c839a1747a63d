import { parse } from "yaml";
import { MIGRATE } from "../../../infra/host/migration.ts";
import { shellWord } from "../../../infra/host/shell-word.ts";
import { UserError } from "../../errors.ts";
import type { Graph } from "../../graph/model.ts";
import { serverFilesOf } from "../../graph/server-files.ts";
import { componentOf, versionIn, within } from "../../graph/tracks.ts";
import { TYPES } from "../../graph/types.ts";

const UNIT = "/etc/systemd/system/rollout-app.service";
const PULL = "/usr/local/sbin/rollout-pull";

/** How long the script may take: the servers' own 7 minutes, an image that is pulled, and another server's migration before it. */
export const MIGRATED_WITHIN_SECONDS = 1_200;

/**
 * What runs a track's migration on a server of the track that serves, which has the database and the secrets: the track's own files, its
 * image, its version, and the environment of the server that it runs on.
 *
 * @param what of `rollout:app`
 * @returns a bash script; ROLLOUT_ROOT is the folder of the server's files where that isn't `/`, as in the tests
 * @throws {UserError} when the track's servers have no migration
 */
export function migratingScript(graph: Graph, track: string, what: "migrate" | "contract"): string {
  const files = filesOf(graph, track);
  const unit = files.get(UNIT) ?? "";
  const [, container, image] = /^Environment="CONTAINER=(.*)" IMAGE=(.*)$/m.exec(unit) ?? [];
  const script = files.get(MIGRATE);
  if (script === undefined || container === undefined || image === undefined)
    throw new UserError(`the servers of ${track} have nothing to ${what}`);
  const laid = (name: string, text: string) =>
    `base64 --decode >"$work/${name}" <<<'${Buffer.from(text).toString("base64")}'`;
  return `#!/bin/bash
set -euo pipefail
umask 077
root=\${ROLLOUT_ROOT-}
work=$root/run/rollout-${what}
clean() {
  docker rm --force rollout-${what} >/dev/null 2>&1 || true
  rm -rf "$work"
}
clean
trap clean EXIT
mkdir -p "$work"
${laid("rollout-migrate", script)}
${laid("rollout-pull", files.get(PULL) ?? "")}
chmod 0700 "$work/rollout-migrate"
sed 's|^VERSION=.*|VERSION=${versionIn(graph, track)}|' "$root/run/rollout/app.env" >"$work/app.env"
source "$root/etc/rollout/instance.env"
DOCKER_CONFIG=$work/docker bash "$work/rollout-pull" >&2
container=${shellWord(container)}
CONTAINER=\${container//\\/run\\/rollout\\/app.env/$work/app.env} IMAGE=${shellWord(image)} INSTANCE_ID=$INSTANCE_ID \\
  ROLLOUT_STEP=1 ROLLOUT_RUN=$work ROLLOUT_WHAT=${what} "$work/rollout-migrate"
`;
}

/** Ends what {@link migratingScript} began: its container, whose sessions PostgreSQL takes back then. */
export function endingScript(what: "migrate" | "contract"): string {
  return `#!/bin/bash\ndocker rm --force rollout-${what} >/dev/null 2>&1 || true\n`;
}

function filesOf(graph: Graph, track: string): Map<string, string> {
  const template = within(graph, componentOf(graph, track)).find(({ type }) => type === TYPES.launchTemplate);
  const told = template ? serverFilesOf(graph, template, () => "") : "";
  const { write_files: files = [] } = (parse(told) ?? {}) as {
    write_files?: { path: string; content: string }[];
  };
  return new Map(files.map(({ path, content }) => [path, content]));
}
