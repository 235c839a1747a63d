import type { Process } from "../../settings/settled.ts";
import { container } from "../container.ts";
import type { Host, HostFile } from "../host.ts";
import { sandbox } from "../units/sandbox.ts";

/** A job's own unit, or the template of a worker's, of which `count` run: `rollout-worker@1`. */
export function unitOf({ name, kind }: Pick<Process, "name" | "kind">): string {
  return `rollout-process-${name}${kind === "worker" ? "@" : ""}.service`;
}

/**
 * What systemd runs besides the app's server: the same image in the same container with the same variables, once the app's
 * unit has pulled it, filled in the secrets and migrated. Nothing here starts by itself: the agent (agent.ts) says which
 * run on this server.
 */
export function processUnits(host: Host): HostFile[] {
  return host.app.processes.map((each) => ({
    path: `/etc/systemd/system/${unitOf(each)}`,
    content: unit(host, each),
  }));
}

function unit(host: Host, process: Process): string {
  const { name, kind, stopSeconds } = process;
  const isWorker = kind === "worker";
  const named = `rollout-${name}${isWorker ? "-%i" : ""}`;
  const stream = `${host.track}/${name}${isWorker ? "-%i" : ""}/\${INSTANCE_ID}`;
  const run = [
    `--name ${named} --rm --init --pull never`,
    ...container(host, process.memoryMiB),
    `--log-opt awslogs-stream=${stream}`,
    [host.image, ...process.command.map(systemdWord)].join(" "),
  ];
  return `[Unit]
Description=${isWorker ? "Worker" : "Job"} ${name} of track ${host.track}
Requires=docker.service
After=docker.service rollout-app.service
StartLimitIntervalSec=0
[Service]
EnvironmentFile=/etc/rollout/instance.env
ExecStartPre=-/usr/bin/docker rm --force ${named}
ExecStart=/usr/bin/docker run ${run.join(" \\\n  ")}
ExecStop=/usr/bin/docker stop --time ${stopSeconds} ${named}
TimeoutStopSec=${stopSeconds + 15}
StandardOutput=null
${sandbox()}${
  isWorker
    ? "Restart=always\nRestartSec=5"
    : `Type=oneshot
TimeoutStartSec=${process.timeoutSeconds}`
}
`;
}

/** A word as systemd takes it, whatever is in it (systemd.service(5), "Command lines"). */
function systemdWord(word: string): string {
  return `"${word.replaceAll(/["\\]/g, "\\$&").replaceAll("$", "$$$$").replaceAll("%", "%%")}"`;
}
