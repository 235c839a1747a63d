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
import { secretsScript } from "./secrets-script.ts";

/** What EC2 takes as user data, in bytes before base64 (EC2 User Guide, "Run commands when you launch an instance"). */
const LIMIT = 16_384;

const PACKAGES = [
  "curl",
  "docker.io",
  "logrotate",
  "nginx",
  "openssl",
  // Migrations, and looking into a restored database: from nowhere else is one reached.
  "postgresql-client",
  "ufw",
  "unattended-upgrades",
];

/**
 * The user data of a track's servers: a `#cloud-config` document that writes {@link hostFiles} and boots.
 *
 * @throws {RangeError} when it is longer than EC2 takes; only `app.environment` and `app.dependencies` can make it so
 */
export function cloudInit(host: Host): string {
  const text = `#cloud-config\n${stringify(
    {
      package_update: true,
      packages: PACKAGES,
      write_files: hostFiles(host).map(writeFile),
      runcmd: [["/usr/local/sbin/rollout-boot"]],
    },
    { indent: 1, indentSeq: false, lineWidth: 0, blockQuote: "literal" },
  )}`;
  const bytes = Buffer.byteLength(text);
  if (bytes > LIMIT) {
    throw new RangeError(
      `the servers' user data is ${bytes} bytes, EC2 takes ${LIMIT}: shorten rollout:app.environment or app.dependencies`,
    );
  }
  return text;
}

/** Every file that a server gets. */
export function hostFiles(host: Host): HostFile[] {
  return [
    { path: "/etc/nginx/nginx.conf", content: nginxConf(host) },
    ...machineFiles(host),
    ...environmentFiles(host),
    secretsScript(host),
    pullScript(host),
    ...migrationScript(host),
    appUnit(host),
    ...certificateFiles(host),
    ...flagFiles(host),
    agentConfig(host),
    logRotation(),
    upgrades(),
    bootScript(host),
  ];
}

/** User data is short: comments and empty lines stay in the source, where who changes the file reads them. */
function lean(content: string): string {
  return content.replace(/^\s*(#(?!!).*)?\n/gm, "");
}

/** As long as the rest, and the most deeply indented: a space a level is enough. */
function shallow(content: string): string {
  return content.replace(/^( +)\1/gm, "$1");
}

/** nginx's package brings files of the same names and would start with ours before there is a certificate: they wait. */
function writeFile({ path, content, permissions }: HostFile) {
  const packaged = path.startsWith("/etc/nginx/") || path.startsWith("/etc/logrotate.d/");
  return {
    path,
    ...(permissions && { permissions }),
    ...(packaged && { defer: true }),
    content: path.startsWith("/etc/nginx/") ? shallow(lean(content)) : lean(content),
  };
}
