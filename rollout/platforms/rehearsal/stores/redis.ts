import { readFileSync } from "node:fs";
import { connect as connectPlain } from "node:net";
import { join } from "node:path";
import { connect as connectTls } from "node:tls";
import { writeIn } from "../machine/files.ts";
import { isRunning, start, untilReady } from "../machine/processes.ts";
import type { CachePlan } from "../plan/describe-cache.ts";
import type { Room } from "../room.ts";
import { REDIS_TLS } from "./tls-profile.ts";

const KEY = "redis";

/** A cache as captured, and where it listens here. */
interface Played extends CachePlan {
  port: number;
}

/** Starts the cache unless it runs or the stack has none: Redis with TLS, password, memory limit and eviction policy as captured. */
export async function ensureRedis(room: Room): Promise<void> {
  const { ledger, programs, plan } = room;
  if (!plan.cache || !ledger.state.cache) return;
  const cache: Played = { ...plan.cache, ...ledger.state.cache };
  if (isRunning(ledger.state.processes[KEY])) return;
  const folder = join(ledger.place.folder, "redis");
  const file = join(folder, "redis.conf");
  // The password is in a file that only its owner reads, never on a command line.
  writeIn(file, redisConf(room, cache, folder), 0o600);
  if (cache.leftOut.length > 0) room.say(`cache: not played here: ${cache.leftOut.join(", ")}`);
  const started = start(ledger, { key: KEY, command: [programs.redis, file], cwd: folder });
  await untilReady(started, () => answers(room, cache), { signal: room.signal });
  room.say(`cache: 127.0.0.1:${cache.port}${cache.tls ? ", TLS only" : ""}`);
}

function redisConf({ certificates }: Room, cache: Played, folder: string): string {
  const { port } = cache;
  const tls = [
    ["port", "0"],
    ["tls-port", String(port)],
    ["tls-cert-file", certificates.certFile],
    ["tls-key-file", certificates.keyFile],
    ["tls-ca-cert-file", certificates.caFile],
    ["tls-auth-clients", "no"],
    ...REDIS_TLS,
  ];
  const lines = [
    ["bind", "127.0.0.1"],
    ...(cache.tls ? tls : [["port", String(port)]]),
    ...(cache.password ? [["requirepass", cache.password]] : []),
    ["maxmemory", String(cache.maxMemory)],
    ...Object.entries(cache.parameters),
    ["dir", folder],
    // ElastiCache keeps nothing across a node's replacement but snapshots; a rehearsal needs none.
    ["save", ""],
    ["appendonly", "no"],
    ["daemonize", "no"],
  ];
  return lines.map(([name, value]) => `${name} "${value}"\n`).join("");
}

/** Ready is when it answers a PING after the password. */
function answers({ certificates }: Room, cache: Played): Promise<boolean> {
  const place = { host: "127.0.0.1", port: cache.port };
  return new Promise((resolve, reject) => {
    const ask = () => socket.write(`${cache.password ? `AUTH ${cache.password}\r\n` : ""}PING\r\n`);
    const socket = cache.tls
      ? connectTls({ ...place, servername: "localhost", ca: readFileSync(certificates.caFile) }, ask)
      : connectPlain(place, ask);
    let answer = "";
    socket.setTimeout(2_000, () => socket.destroy(new Error("timeout")));
    socket.on("error", reject);
    socket.on("close", () => resolve(false));
    socket.on("data", (data) => {
      answer += data;
      if (!/PONG|-[A-Z]+ /.test(answer)) return;
      resolve(answer.includes("PONG"));
      socket.destroy();
    });
  });
}
