import { cpSync, rmSync } from "node:fs";
import { join } from "node:path";
import { referencesIn, withReferences } from "../../../../infra/settings/schema/variables.ts";
import { withStandIn } from "../dependencies/declared.ts";
import { writeIn } from "../machine/files.ts";
import { logOf } from "../machine/processes.ts";
import type { ServerRecord, State } from "../machine/state.ts";
import { trustedHere } from "../machine/trusted.ts";
import { type TrackPlan, tracksOfTheirOwn } from "../plan/describe.ts";
import { environmentOf, environmentText, type Here } from "../plan/environment.ts";
import type { Room } from "../room.ts";
import { accessHere } from "../storage/ensure.ts";
import { assetsFolder } from "./assets.ts";

export interface ServerFiles {
  folder: string;
  nginxFolder: string;
  environment: Record<string, string>;
}

/**
 * Lays out a server's files: nginx's as the cloud's servers get them byte for byte, except `machine/`, which says what
 * belongs to the machine (ports, paths, certificates), and the application's environment.
 */
export function writeServerFiles(room: Room, track: TrackPlan, server: ServerRecord): ServerFiles {
  const folder = join(room.ledger.place.folder, "servers", server.id);
  const nginxFolder = join(folder, "nginx");
  rmSync(folder, { recursive: true, force: true });
  for (const [path, content] of Object.entries(track.nginxFiles)) {
    if (!path.startsWith("machine/")) writeIn(join(nginxFolder, path), content);
  }
  for (const [name, content] of Object.entries(machineFiles(room, server, folder))) {
    writeIn(join(nginxFolder, "machine", name), content);
  }
  const environment = environmentHere(room, track, server, join(folder, "etc"));
  writeIn(join(folder, "etc", "tls", "keep"), "");
  cpSync(room.certificates.caFile, join(folder, "etc", "tls", "database-ca.pem"));
  writeIn(join(folder, "etc", "tls", "authorities.pem"), trustedHere(room.certificates));
  writeIn(join(folder, "app.env"), environmentText(environment), 0o600);
  return { folder, nginxFolder, environment };
}

function machineFiles(room: Room, server: ServerRecord, folder: string): Record<string, string> {
  const { certFile, keyFile } = room.certificates;
  const temporary = ["client_body", "proxy", "fastcgi", "uwsgi", "scgi"].map(
    (kind) => `${kind}_temp_path "${folder}/${kind}_temp";`,
  );
  return {
    "main.conf": lines(
      // Only root can choose the user, and nginx's own choice couldn't read a clone in root's home.
      ...(process.getuid?.() === 0 ? ["user root;"] : []),
      `pid "${folder}/nginx.pid";`,
      `error_log "${logOf(room.ledger, `${server.id}.nginx`)}" warn;`,
    ),
    "http.conf": lines(
      `access_log "${accessLog(room, server)}" track;`,
      // The balancer is on this machine; what stands before it in X-Forwarded-For is the client.
      "set_real_ip_from 127.0.0.1/32;",
      ...temporary,
    ),
    "long.conf": lines(`access_log "${logOf(room.ledger, `${server.id}.long`)}" long if=$long;`),
    "listen.conf": lines(
      `listen 127.0.0.1:${server.port} ssl http2;`,
      `ssl_certificate "${certFile}";`,
      `ssl_certificate_key "${keyFile}";`,
    ),
    "upstream.conf": lines(`server 127.0.0.1:${server.appPort};`),
    "assets.conf": lines(`root "${assetsFolder(folder)}";`),
  };
}

export function accessLog(room: Room, server: ServerRecord): string {
  return logOf(room.ledger, `${server.id}.access`);
}

function environmentHere(room: Room, track: TrackPlan, server: ServerRecord, etc: string) {
  const { state } = room.ledger;
  const access = accessHere(room);
  const here: Here = {
    etc,
    databasePort: state.database.port,
    cachePort: state.cache?.port,
    flagsPort: state.flags?.port,
    credentialsPort: access?.credentialsPort,
  };
  const secrets = { ...track.secrets, ...(access && { "credentials-token": access.token }) };
  const captured = environmentOf(track.environment, secrets, here);
  const own: Record<string, string> = {
    ...withStandIn(captured, state.dependencies?.port),
    ...(captured.VERSION !== undefined && { VERSION: versionHere(room, track) }),
    HOST: "127.0.0.1",
    PORT: String(server.appPort),
    ...addressesHere(captured, state, room.plan.furtherNames),
    ...partsHere(captured, here),
    ...(access && { AWS_ENDPOINT_URL: `http://127.0.0.1:${access.port}` }),
    FAULTS: "on",
  };
  const known = { ...own, ...track.appSecrets };
  const filled = Object.entries(own).map(([name, value]) => [name, withReferences(value, known)]);
  return { ...Object.fromEntries(filled), ...track.appSecrets };
}

/** What a track's server takes for its own version. */
export function versionHere({ graph }: Pick<Room, "graph">, track: TrackPlan): string {
  const [, captured = "unknown"] = /^VERSION=(.*)$/m.exec(track.environment) ?? [];
  // An image that is built on deployment has no digest before it; and a version beside it here is another.
  return captured === "unknown" || tracksOfTheirOwn(graph).includes(track.name) ? track.version : captured;
}

/** Where users find the app: a browser's `Origin` has the port. */
function addressesHere(
  { ALLOWED_ORIGINS = "" }: Record<string, string>,
  { domain, port }: State,
  others: readonly string[],
) {
  const here = (origin: string) => (port === 443 ? origin : `${origin}:${port}`);
  const own = new Set([domain, ...others].map((name) => `https://${name}`));
  const origins = ALLOWED_ORIGINS.split(",").map((origin) => (own.has(origin) ? here(origin) : origin));
  return { APP_URL: here(`https://${domain}`), ALLOWED_ORIGINS: origins.join(",") };
}

/** The stores' parts that the app's variables refer to: where they are here. */
function partsHere(captured: Record<string, string>, { databasePort, cachePort }: Here) {
  const parts: Record<string, string> = {
    DATABASE_HOST: "127.0.0.1",
    DATABASE_PORT: String(databasePort),
    REDIS_HOST: "127.0.0.1",
    REDIS_PORT: String(cachePort),
  };
  const asked = new Set(Object.values(captured).flatMap(referencesIn));
  return Object.fromEntries(Object.entries(parts).filter(([name]) => asked.has(name)));
}

function lines(...each: string[]): string {
  return each.map((line) => `${line}\n`).join("");
}
