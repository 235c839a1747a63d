import { cpSync, mkdirSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { delimiter, dirname, join } from "node:path";
import { captureGraph } from "../../rollout/graph/capture.ts";
import { ofType } from "../../rollout/graph/resources.ts";
import { serverFilesOf } from "../../rollout/graph/server-files.ts";
import { TYPES } from "../../rollout/graph/types.ts";
import { freePorts } from "../../rollout/platforms/rehearsal/machine/ports.ts";
import { writtenFiles } from "../../rollout/platforms/rehearsal/plan/written-files.ts";
import type { Stack } from "./database.ts";

interface Project extends Stack {
  projectDir: string;
}

/**
 * The files of a cloud server of the track, in a folder in place of `/`: the program's own, with nginx's and the
 * environment of the rehearsal's server of that track, so that what runs there finds the rehearsal's database.
 *
 * @returns the environment of a script that is to run "on that server"
 */
export async function serverRoot(project: Project, track: string): Promise<Record<string, string>> {
  const root = join(project.projectDir, "server-root");
  rmSync(root, { recursive: true, force: true });
  const put = (path: string, content: string, mode?: number) => {
    mkdirSync(dirname(join(root, path)), { recursive: true });
    writeFileSync(join(root, path), content, { mode });
  };
  for (const { path, content } of await filesOf(project, track)) {
    if (!path.startsWith("/etc/nginx/"))
      put(path, content, path.startsWith("/usr/local/sbin/") ? 0o755 : 0o644);
  }
  const servers = join(project.stateDir, project.stack, "servers");
  const server = join(servers, readdirSync(servers).find((name) => name.startsWith(`${track}-`))!);
  cpSync(join(server, "nginx"), join(root, "etc/nginx"), { recursive: true });
  mkdirSync(join(root, "run/rollout"), { recursive: true });
  cpSync(join(server, "app.env"), join(root, "run/rollout/app.env"));
  put("/etc/rollout/instance.env", "INSTANCE_ID=i-0123456789abcdef0\n");
  put("/bin/docker", docker(root, project.projectDir), 0o755);
  const ports = await freePorts(2);
  return {
    PATH: [join(root, "bin"), dirname(process.execPath), process.env.PATH, "/usr/sbin"].join(delimiter),
    ROLLOUT_ROOT: root,
    ROLLOUT_PORTS: ports.join(" "),
    ROLLOUT_HERE: "env",
  };
}

async function filesOf({ projectDir, stack }: Project, track: string) {
  const graph = await captureGraph({ projectDir, stack });
  const template = ofType(graph, TYPES.launchTemplate).find(({ name }) => name === `${stack}-${track}`)!;
  return writtenFiles(serverFilesOf(graph, template, ({ urn }) => urn.split("::").at(-1)!));
}

/** Docker as far as a drill uses it: one container, which is a process of the sample application. */
function docker(root: string, projectDir: string): string {
  return `#!/bin/bash
echo "$*" >>'${root}/docker.log'
case $1 in
rm)
  if [[ -f '${root}/pid' ]]; then kill "$(<'${root}/pid')"; rm '${root}/pid'; fi
  ;;
run)
  while (($#)); do
    case $1 in
    --env-file) mapfile -t lines <"$2"; cp "$2" '${root}/docker.env' ;;
    --publish) port=\${2#*:} ;;
    esac
    shift
  done
  cd '${projectDir}'
  env -i "PATH=$PATH" "\${lines[@]}" HOST=127.0.0.1 "PORT=\${port%%:*}" node app/main.ts >'${root}/app.log' 2>&1 &
  echo $! >'${root}/pid'
  ;;
esac
`;
}
