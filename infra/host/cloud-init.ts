import { stringify } from "yaml";
import { appUnit, pullScript } from "./app-unit.ts";
import { bootScript } from "./boot.ts";
import { certificateFiles } from "./certificate.ts";
import { environmentFiles } from "./environment.ts";
import { flagFiles } from "./flags-agent.ts";
import { upgrades } from "./hardening.ts";
import type { Host, HostFile } from "./host.ts";
import { agentConfig, logRotation } from "./logs-agent.ts";
import { migrationScript } from "./migration.ts";
import { machineFiles, nginxConf } from "./nginx.ts";
import { processAgent } from "./processes/agent.ts";
import { processUnits } from "./processes/units.ts";
import { credentialFiles } from "./secrets/credentials.ts";
import { secretsScript } from "./secrets/secrets-script.ts";

const PACKAGES = [
  "curl",
  "docker.io",
  "logrotate",
  "nginx",
  "openssl",
  // Migrations, and looking into a restored database: from nowhere else is one reached.
  "postgresql-client",
  // For `rollout console`: psql's counterpart.
  "redis-tools",
  "ufw",
  "unattended-upgrades",
];

/** The user data of a track's servers: a `#cloud-config` document that writes {@link hostFiles} and boots. */
export function cloudInit(host: Host): string {
  return `#cloud-config\n${stringify(
    {
      package_update: true,
      packages: [...PACKAGES, ...(host.app.processes.length > 0 ? ["python3-boto3"] : [])],
      write_files: hostFiles(host).map(writeFile),
      runcmd: [["/usr/local/sbin/rollout-boot"]],
    },
    { indentSeq: false, lineWidth: 0, blockQuote: "literal" },
  )}`;
}

/** Every file that a server gets. */
export function hostFiles(host: Host): HostFile[] {
  return [
    { path: "/etc/nginx/nginx.conf", content: nginxConf(host) },
    ...machineFiles(host),
    ...environmentFiles(host),
    secretsScript(),
    pullScript(host),
    ...migrationScript(host),
    appUnit(host),
    ...processUnits(host),
    ...processAgent(host),
    ...certificateFiles(host),
    ...flagFiles(host),
    ...credentialFiles(host),
    agentConfig(host),
    logRotation(),
    upgrades(),
    bootScript(host),
  ];
}

/** User data is short: comments and empty lines stay in the source, where who changes the file reads them. */
function lean(content: string): string {
  return content.replace(/^[ \t]*(#(?!!).*)?\n/gm, "");
}

/** nginx's package brings files of the same names and would start with ours before there is a certificate: they wait. */
function writeFile({ path, content, permissions }: HostFile) {
  const packaged = path.startsWith("/etc/nginx/") || path.startsWith("/etc/logrotate.d/");
  return {
    path,
    ...(permissions && { permissions }),
    ...(packaged && { defer: true }),
    content: lean(content),
  };
}
