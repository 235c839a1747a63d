import { type ChildProcess, execFileSync, spawn } from "node:child_process";
import { once } from "node:events";
import { chownSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import pg from "pg";
import { findPrograms } from "../../../rollout/platforms/rehearsal/machine/find.ts";
import { freePorts } from "../../../rollout/platforms/rehearsal/machine/ports.ts";
import { databaseUser } from "../../../rollout/platforms/rehearsal/machine/postgres-user.ts";

/** A server that a test may take away and bring back, with the same address and data. */
export interface Store {
  url: string;
  start(): Promise<void>;
  stop(): Promise<void>;
  /** Stops it and removes its data. */
  remove(): Promise<void>;
}

const quickly = ["-c", "fsync=off", "-c", "unix_socket_directories="];

/** A PostgreSQL of its own in a temporary folder, with trust and no TLS: the service is tested here, not the store. */
export async function postgresStore(): Promise<Store> {
  const { postgres, initdb } = findPrograms();
  const [port] = await freePorts(1);
  const folder = mkdtempSync(join(tmpdir(), "rollout-app-postgres-"));
  const user = databaseUser();
  if (user) chownSync(folder, user.uid, user.gid);
  const as = user ? { uid: user.uid, gid: user.gid } : {};
  const data = join(folder, "data");
  execFileSync(initdb, ["-D", data, "-U", "app", "-A", "trust", "--no-sync"], {
    cwd: folder,
    stdio: "ignore",
    ...as,
  });
  const url = `postgresql://app@127.0.0.1:${port}/postgres`;
  const run = () =>
    spawn(postgres, ["-D", data, "-p", `${port}`, ...quickly], { cwd: folder, stdio: "ignore", ...as });
  return store(url, folder, run, "SIGINT", async () => {
    const client = new pg.Client({ connectionString: url });
    client.on("error", () => undefined);
    await client.connect();
    await client.end();
  });
}

/** A Redis of its own that keeps nothing. */
export async function redisStore(): Promise<Store> {
  const { redis } = findPrograms();
  const [port] = await freePorts(1);
  const folder = mkdtempSync(join(tmpdir(), "rollout-app-redis-"));
  const options = ["--port", `${port}`, "--bind", "127.0.0.1", "--save", "", "--dir", folder];
  const run = () => spawn(redis, options, { stdio: ["ignore", "pipe", "ignore"] });
  return store(`redis://127.0.0.1:${port}/0`, folder, run, "SIGTERM", async (child) => {
    for await (const chunk of child.stdout!) if (`${chunk}`.includes("Ready to accept")) break;
    child.stdout!.resume();
  });
}

async function store(
  url: string,
  folder: string,
  run: () => ChildProcess,
  stopSignal: NodeJS.Signals,
  ready: (child: ChildProcess) => Promise<void>,
): Promise<Store> {
  let child: ChildProcess | undefined;
  const self: Store = {
    url,
    async start() {
      child = run();
      for (let tries = 0; ; tries++) {
        try {
          return await ready(child);
        } catch (error) {
          if (tries === 100) throw error;
          await sleep(50);
        }
      }
    },
    async stop() {
      if (!child || child.exitCode !== null) return;
      const gone = once(child, "exit");
      child.kill(stopSignal);
      await gone;
    },
    async remove() {
      await self.stop();
      rmSync(folder, { recursive: true, force: true });
    },
  };
  await self.start();
  return self;
}
