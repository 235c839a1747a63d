import { FLAGS_AGENT } from "./environment.ts";
import { type Host, TLS_FOLDER } from "./host.ts";

/**
 * What `docker run` is told of the app's container, and of all that runs in its image. It sees nothing of the server: its
 * files are read-only, it has no capabilities, and with the metadata service's hop limit of 1 it can't get the server's
 * credentials.
 */
export function container(host: Host, memoryMiB = host.memoryMiB): string[] {
  const memory = `${memoryMiB}m`;
  return [
    // As much memory as memory and swap: a container that leaks is killed and started again, it never swaps.
    `--cpus ${host.cpus} --memory ${memory} --memory-swap ${memory} --pids-limit 512`,
    "--read-only --tmpfs /tmp:rw,noexec,nosuid,size=64m",
    "--cap-drop ALL --security-opt no-new-privileges",
    "--env-file /run/rollout/app.env",
    ...["database-ca.pem", "authorities.pem"].map(
      (file) => `--volume ${TLS_FOLDER}/${file}:${TLS_FOLDER}/${file}:ro`,
    ),
    ...(host.flags ? [`--add-host ${FLAGS_AGENT.host}:host-gateway`] : []),
    `--log-driver awslogs --log-opt awslogs-region=${host.region} --log-opt awslogs-group=${host.logGroups.app}`,
    "--log-opt mode=non-blocking",
  ];
}
