import type { HostFile } from "./host.ts";

/** The one script that user data itself brings. */
export const FETCH = "/usr/local/sbin/rollout-fetch";

/**
 * Fetches a server's files from S3 and lays them out, after the packages are there: nginx's brings files of the same names.
 * What it fetches is that version of the object, and is held to its digest: neither an update of the stack nor who writes to
 * the bucket gives a server that boots other files than it was launched for.
 *
 * A server that can't get them never answers, and is given up by its group. In the tests variables stand in place of what
 * is a server's.
 */
export function fetchScript(place: {
  region: string;
  bucket: string;
  key: string;
  version: string;
  digest: string;
}): HostFile {
  return {
    path: FETCH,
    permissions: "0755",
    content: `#!/bin/bash
set -euo pipefail
PATH=$PATH:/snap/bin
root=\${ROLLOUT_ROOT-}
files=$root/run/rollout-files
command -v aws >/dev/null || snap install aws-cli --classic
for try in 1 2 3 4 5; do
  if aws s3api get-object --region '${place.region}' --bucket '${place.bucket}' --key '${place.key}' \\
    --version-id '${place.version}' "$files" >/dev/null; then break; fi
  if ((try == 5)); then exit 1; fi
  sleep $((try * 5))
done
echo "${place.digest}  $files" | sha256sum --check --quiet
python3 - "$root" "$files" <<'PYTHON'
import os, sys, yaml
root, files = sys.argv[1:]
with open(files) as text:
    found = yaml.safe_load(text)["write_files"]
for each in found:
    path = root + each["path"]
    os.makedirs(os.path.dirname(path), exist_ok=True)
    with open(path, "w") as file:
        file.write(each["content"])
    os.chmod(path, int(each.get("permissions", "0644"), 8))
PYTHON
`,
  };
}
