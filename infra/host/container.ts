import { FLAGS_AGENT } from "./environment.ts";
import { type Host, TLS_FOLDER } from "./host.ts";

/**
 * What `docker run` is told of the app's container, and of all that runs in its image. It sees nothing of the server: its
 * files are read-only but for what `app.writable` and `app.readOnly` say, it has no capabilities, and with the metadata service's hop limit of 1 it can't get the server's
 * credentials.
 */
export function container(host: Host, memoryMiB = host.memoryMiB): string[] {
  const { app } = host;
  const memory = `${memoryMiB}m`;
  return [
    // As much memory as memory and swap: a container that leaks is killed and started again, it never swaps.
    `--cpus ${host.cpus} --memory ${memory} --memory-swap ${memory} --pids-limit 512`,
    `${app.readOnly ? "--read-only " : ""}--tmpfs /tmp:rw,noexec,nosuid,size=${app.tmpMiB}m`,
    // Without a name before it: a volume that begins as the image has the folder and goes with the container.
    ...app.writable.map((folder) => `--volume ${folder}`),
    "--cap-drop ALL --security-opt no-new-privileges",
    ...(app.user ? [`--user ${app.user}`] : []),
    ...(app.entrypoint ? [`--entrypoint ${app.entrypoint}`] : []),
    "--env-file /run/rollout/app.env",
    ...["database-ca.pem", "authorities.pem"].map(
      (file) => `--volume ${TLS_FOLDER}/${file}:${TLS_FOLDER}/${file}:ro`,
    ),
    ...(host.flags ? [`--add-host ${FLAGS_AGENT.host}:host-gateway`] : []),
    `--log-driver awslogs --log-opt awslogs-region=${host.region} --log-opt awslogs-group=${host.logGroups.app}`,
    "--log-opt mode=non-blocking",
  ];
}
