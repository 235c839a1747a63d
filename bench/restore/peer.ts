import { execFile, spawn } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { promisify } from "node:util";
import type { Store } from "../../rollout/platforms/rehearsal/backups/store.ts";
import { makePrivateFolder } from "../../rollout/platforms/rehearsal/machine/disk/owned.ts";
import { freePorts } from "../../rollout/platforms/rehearsal/machine/ports.ts";

const run = promisify(execFile);
const JOBS = "2";

export interface PeerTimes {
  /** Of the dump, in seconds. */
  backup: number;
  /** From nothing to a server that has all of it, in seconds. */
  restore: number;
  /** When the dump's snapshot was taken: whatever came later is lost with the server. Milliseconds since the epoch. */
  holds: number;
}

/** What most do: pg_dump in two jobs, and pg_restore in two jobs into a new server with the defaults. */
export async function dumpAndRestore(store: Store, postgres: string): Promise<PeerTimes> {
  const programs = dirname(postgres);
  const folder = mkdtempSync(join(tmpdir(), "bench-restore-"));
  const [port] = (await freePorts(1)) as [number];
  const data = join(folder, "data");
  const as = { cwd: folder, env: { PATH: process.env.PATH, LC_ALL: "C" }, ...store.user };
  makePrivateFolder(folder, store.user);
  const at = (socket: string, number: number) => ["-h", socket, "-p", String(number), "-U", "postgres"];
  let server: ReturnType<typeof spawn> | undefined;
  try {
    const holds = Date.now();
    const dump = ["--format=directory", "--jobs", JOBS, "--compress=1", "--file", join(folder, "dump")];
    const from = at(store.socketFolder, store.port);
    const backup = await timed(() => run(join(programs, "pg_dump"), [...from, ...dump, store.database], as));
    const restore = await timed(async () => {
      await run(
        join(programs, "initdb"),
        ["-D", data, "-U", "postgres", "--no-locale", "-E", "UTF8", "-k"],
        as,
      );
      const settings = [
        "-c",
        `port=${port}`,
        "-c",
        "listen_addresses=",
        "-c",
        `unix_socket_directories=${folder}`,
      ];
      server = spawn(join(programs, "postgres"), ["-D", data, ...settings], { ...as, stdio: "ignore" });
      const to = at(folder, port);
      const roles = await run(join(programs, "pg_dumpall"), [...from, "--roles-only"], as);
      await ready(() => run(join(programs, "psql"), [...to, "-c", "SELECT 1", "postgres"], as));
      // The superuser is there already.
      for (const line of roles.stdout
        .split("\n")
        .filter((each) => /^(CREATE|ALTER) ROLE (?!postgres\b)/.test(each)))
        await run(join(programs, "psql"), [...to, "-qc", line, "postgres"], as);
      const into = ["--jobs", JOBS, "--create", "--dbname=postgres", "--exit-on-error", join(folder, "dump")];
      await run(join(programs, "pg_restore"), [...to, ...into], as);
    });
    return { backup, restore, holds };
  } finally {
    if (server?.pid) {
      const gone = new Promise((resolve) => server!.once("exit", resolve));
      server.kill("SIGQUIT");
      await gone;
    }
    rmSync(folder, { recursive: true, force: true });
  }
}

export async function timed(work: () => Promise<unknown>): Promise<number> {
  const begun = performance.now();
  await work();
  return (performance.now() - begun) / 1000;
}

async function ready(ask: () => Promise<unknown>): Promise<void> {
  for (const end = Date.now() + 30_000; ; await sleep(50)) {
    try {
      await ask();
      return;
    } catch (error) {
      if (Date.now() > end) throw error;
    }
  }
}
