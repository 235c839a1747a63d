import { stringify } from "yaml";
import { answerFiles } from "./answers/agent.ts";
import { assetFiles } from "./assets/assets.ts";
import { bootScript } from "./boot.ts";
import { certificateFiles } from "./certificate.ts";
import { environmentFiles } from "./environment.ts";
import { FETCH, fetchScript } from "./fetch.ts";
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
import { appUnit, pullScript } from "./units/app-unit.ts";

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

/** Where a server finds the text of its files, and by what it knows that it is the one. */
export interface FilesPlace {
  region: string;
  bucket: string;
  key: string;
  /** Of the object, as S3 calls it. */
  version: string;
  /** SHA-256 of the text, in hex. */
  digest: string;
}

/** {@link hostFiles} in one text: a `#cloud-config` document that writes them. It lies in S3, for EC2 takes only 16 KiB. */
export function filesText(host: Host): string {
  return document({ write_files: hostFiles(host).map(writeFile) });
}

/**
 * The user data of a track's servers: a `#cloud-config` document that installs what they need, fetches their files and boots.
 * It is short whatever the app is given: of all that it is only the digest of.
 */
export function cloudInit(
  {
    processes,
    buckets,
    permissions,
    assets,
  }: Pick<Host["app"], "processes" | "buckets" | "permissions" | "assets">,
  place: FilesPlace,
): string {
  // Programs in Python that ask AWS.
  const asksAws = [processes, buckets, permissions, assets].some((each) => each.length > 0);
  return document({
    package_update: true,
    packages: [...PACKAGES, ...(asksAws ? ["python3-boto3"] : [])],
    write_files: [writeFile(fetchScript(place))],
    runcmd: [[FETCH], ["/usr/local/sbin/rollout-boot"]],
  });
}

function document(content: object): string {
  return `#cloud-config\n${stringify(content, { indentSeq: false, lineWidth: 0, blockQuote: "literal" })}`;
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
    ...assetFiles(host),
    appUnit(host),
    ...processUnits(host),
    ...processAgent(host),
    ...certificateFiles(host),
    ...flagFiles(host),
    ...credentialFiles(host),
    ...answerFiles(host),
    agentConfig(host),
    logRotation(),
    upgrades(),
    bootScript(host),
  ];
}

/** Comments and empty lines stay in the source, where who changes the file reads them. */
function lean(content: string): string {
  return content.replace(/^[ \t]*(#(?!!).*)?\n/gm, "");
}

function writeFile({ path, content, permissions }: HostFile) {
  return { path, ...(permissions && { permissions }), content: lean(content) };
}
