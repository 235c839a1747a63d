import { seconds } from "../../settings/duration.ts";
import { container } from "../container.ts";
import { APP_PORT, type Host, type HostFile } from "../host.ts";
import { MIGRATE } from "../migration.ts";
import { sandbox } from "./sandbox.ts";

/** What systemd starts and starts again: the app's container, after its secrets and its image are there. */
export function appUnit(host: Host): HostFile {
  const stop = seconds(host.app.stopTimeout);
  const migrates = host.app.migrate.length > 0;
  const changes = migrates || host.app.contract.length > 0;
  const flags = [host.flags && " rollout-flags.service", host.access && " rollout-credentials.service"]
    .filter(Boolean)
    .join("");
  return {
    path: "/etc/systemd/system/rollout-app.service",
    content: `[Unit]
Description=The app of track ${host.track}
Wants=network-online.target${flags}
Requires=docker.service
After=network-online.target docker.service${flags}
StartLimitIntervalSec=0

[Service]
# The registry's password stays in memory.
Environment=DOCKER_CONFIG=/run/rollout/docker
# INSTANCE_ID, written at boot.
EnvironmentFile=/etc/rollout/instance.env
${changes ? `Environment="CONTAINER=${container(host).join(" ")}" IMAGE=${host.image}\n` : ""}# AWS's CLI is a snap, which starts in no sandbox, and who tells systemd what to do may do all; these end before the app begins.
ExecStartPre=+/usr/local/sbin/rollout-env
ExecStartPre=+/usr/local/sbin/rollout-pull
${host.app.assets.length > 0 ? "ExecStartPre=+-/usr/bin/systemctl start rollout-assets.service\n" : ""}${migrates ? `ExecStartPre=${MIGRATE}\n` : ""}ExecStartPre=-/usr/bin/docker rm --force rollout-app
ExecStart=/usr/bin/docker run ${(changes ? dockerRun(host, ["$CONTAINER"], "$IMAGE") : dockerRun(host)).join(" \\\n  ")}
# The balancer has drained before a server ends; at a restart the app finishes what it has begun.
ExecStop=/usr/bin/docker stop --time ${stop} rollout-app
TimeoutStopSec=${stop + 15}
TimeoutStartSec=600
Restart=always
RestartSec=5
# The container's output goes to CloudWatch, not also to the journal.
StandardOutput=null
${sandbox({ network: migrates })}
[Install]
WantedBy=multi-user.target
`,
  };
}

/** Pulls the image; a registry of ECR asks for a password that the server's role may get. */
export function pullScript({ image, region }: Host): HostFile {
  return {
    path: "/usr/local/sbin/rollout-pull",
    permissions: "0755",
    content: `#!/bin/bash
set -euo pipefail
PATH=$PATH:/snap/bin
image='${image}'
registry=\${image%%/*}
if docker image inspect "$image" >/dev/null 2>&1; then exit 0; fi
if [[ $registry == *.dkr.ecr.*.amazonaws.com* ]]; then
  aws ecr get-login-password --region '${region}' | docker login --username AWS --password-stdin "$registry"
fi
docker pull --quiet "$image"
`,
  };
}

/** A migration runs in a container like the app's: then the unit says once, in variables, what they have in common. */
function dockerRun(host: Host, common = container(host), image = host.image): string[] {
  return [
    "--name rollout-app --rm --init --pull never",
    ...common,
    `--publish 127.0.0.1:${APP_PORT}:${host.app.port}`,
    `--log-opt awslogs-stream=${host.track}/\${INSTANCE_ID}`,
    // Such words mean the same to systemd and to the shell of a restore's test.
    [image, ...host.app.command.map((word) => `"${word}"`)].join(" "),
  ];
}
