import { FLAGS_AGENT } from "./environment.ts";
import type { Host, HostFile } from "./host.ts";
import { sandbox } from "./units/sandbox.ts";

/** The tag that the User Guide names, at one of its digests (an index of amd64 and arm64). */
const IMAGE =
  "public.ecr.aws/aws-appconfig/aws-appconfig-agent:2.x@sha256:5e23ec8b3eb883680cdf1e4224c8d0f99405e14eb67131a2def7316eaa418f1a";

/**
 * AppConfig's agent, which keeps the flags and evaluates them for the app. The app needs neither credentials nor the
 * network for them, and the agent goes on with the last ones when AppConfig can't be reached.
 *
 * It shares the server's network: the metadata service's hop limit of 1 gives the role's credentials to nothing that
 * is further away. It listens on all addresses, of which the server's firewall opens the app's container alone.
 *
 * Source: AWS AppConfig User Guide, "Using environment variables to configure AWS AppConfig Agent for Amazon ECS and
 * Amazon EKS".
 */
export function flagFiles({ region, flags }: Pick<Host, "region" | "flags">): HostFile[] {
  if (!flags) return [];
  const { application, environment, profile } = flags;
  const variables = {
    SERVICE_REGION: region,
    HTTP_HOST: "0.0.0.0",
    HTTP_PORT: FLAGS_AGENT.port,
    // Seconds count when a flag is switched off; the agent's own default is 45 s.
    POLL_INTERVAL: "15s",
    PREFETCH_LIST: `/applications/${application}/environments/${environment}/configurations/${profile}`,
  };
  const run = [
    "--name rollout-flags --rm --network host --pull missing",
    "--memory 128m --pids-limit 64 --cap-drop ALL --security-opt no-new-privileges",
    ...Object.entries(variables).map(([name, value]) => `--env ${name}=${value}`),
    IMAGE,
  ];
  return [
    {
      path: "/etc/systemd/system/rollout-flags.service",
      content: `[Unit]
Description=Evaluate the feature flags
Wants=network-online.target
Requires=docker.service
After=network-online.target docker.service
StartLimitIntervalSec=0
[Service]
ExecStartPre=-/usr/bin/docker rm --force rollout-flags
ExecStart=/usr/bin/docker run ${run.join(" \\\n  ")}
ExecStop=/usr/bin/docker stop rollout-flags
TimeoutStartSec=300
Restart=always
RestartSec=15
${sandbox()}[Install]
WantedBy=multi-user.target
`,
    },
  ];
}
