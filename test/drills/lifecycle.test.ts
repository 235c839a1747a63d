import { spawn } from "node:child_process";
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { createServer } from "node:net";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { rehearse, type Status, weights } from "../../rollout/platforms/rehearsal/index.ts";
import { counted, get, projectCopy, removeCopies, traffic } from "../rehearsal/project.ts";

// The beta stack's own program, captured and run with the real servers.

const TRACKS = { blue: { weight: 90, servers: 1 }, green: { weight: 10, servers: 1 } };

afterAll(removeCopies);

describe("a stack's life", () => {
  const project = projectCopy();
  let status: Status;
  let ca: string;

  beforeAll(async () => {
    status = await rehearse.up(project);
    ca = readFileSync(status.caFile, "utf8");
  });

  it("comes up healthy, with the split of the config", () => {
    expect(status).toMatchObject({
      stack: "beta",
      domain: "beta.example.com",
      asked: { blue: 90, green: 10 },
      real: { blue: 90, green: 10 },
      maintenance: false,
      unreadable: [],
    });
    expect(status.servers.map(({ id, healthy }) => ({ id, healthy }))).toEqual([
      { id: "blue-1", healthy: true },
      { id: "green-1", healthy: true },
    ]);
  });

  it("serves a hundred requests as the split says", async () => {
    expect(await counted(status.url, ca, 100)).toEqual({ blue: 90, green: 10 });
  });

  it("brought up once more, starts nothing", async () => {
    const again = await rehearse.up(project);
    expect(processesOf(again)).toEqual(processesOf(status));
  });

  it("follows the config's weights at runtime: no process changes, no request fails", async () => {
    project.configure({ tracks: { blue: { weight: 25 }, green: { weight: 75 } } });
    const stop = traffic(status.url, ca);
    const changed = await rehearse.apply(project);
    expect((await stop()).failed).toBe(0);
    expect(changed.real).toEqual({ blue: 25, green: 75 });
    expect(processesOf(changed)).toEqual(processesOf(status));
    expect(await weights(project).read()).toEqual({ blue: 25, green: 75 });
    await weights(project).set({ blue: 40, green: 60 });
    expect((await rehearse.status(project)).real).toEqual({ blue: 40, green: 60 });
  });

  it("adds a server, healthy before it gets traffic, and drains the one too many", async () => {
    const stop = traffic(status.url, ca);
    project.configure({ tracks: { ...TRACKS, green: { weight: 10, servers: 2 } } });
    expect(idsOf(await rehearse.apply(project))).toEqual(["blue-1", "green-1", "green-2"]);
    project.configure({ tracks: TRACKS });
    expect(idsOf(await rehearse.apply(project))).toEqual(["blue-1", "green-1"]);
    expect((await stop()).failed).toBe(0);
  });

  it("replaces the servers whose user data changed, one by one, and loses no request", async () => {
    const stop = traffic(status.url, ca);
    project.configure({ tracks: TRACKS, app: { name: "Another name" } });
    const changed = await rehearse.apply(project);
    const { sent, failed } = await stop();
    expect(idsOf(changed)).toEqual(["blue-2", "green-3"]);
    expect(sent).toBeGreaterThan(0);
    expect(failed).toBe(0);
  });

  it("adds a track and takes one away, without a lost request", async () => {
    const stop = traffic(status.url, ca);
    project.configure({
      tracks: { ...TRACKS, red: { weight: 0, servers: 1 } },
      app: { name: "Another name" },
    });
    expect(idsOf(await rehearse.apply(project))).toContain("red-1");
    expect((await get(`${status.url}/version`, ca, { "x-rollout-track": "red" })).track).toBe("red");
    project.configure({ tracks: TRACKS, app: { name: "Another name" } });
    expect(idsOf(await rehearse.apply(project))).not.toContain("red-1");
    expect((await stop()).failed).toBe(0);
  });

  it("answers 503 in maintenance, and serves again after it", async () => {
    project.configure({ tracks: TRACKS, app: { name: "Another name" }, maintenance: true });
    expect((await rehearse.apply(project)).maintenance).toBe(true);
    expect((await get(`${status.url}/version`, ca)).status).toBe(503);
    project.configure({ tracks: TRACKS, app: { name: "Another name" } });
    await rehearse.apply(project);
    expect((await get(`${status.url}/version`, ca)).status).toBe(200);
  });

  it("tells the mistakes of a bad config and serves on", async () => {
    project.configure({ tracks: { blue: { weight: 90 }, green: { weight: 20 } } });
    await expect(rehearse.apply(project)).rejects.toThrow("weights must sum to 100, they sum to 110");
    expect((await get(`${status.url}/version`, ca)).status).toBe(200);
    expect((await rehearse.status(project)).unreadable[0]).toContain("weights must sum to 100");
    project.configure({ tracks: TRACKS, app: { name: "Another name" } });
  });

  it("a new server that doesn't get healthy is stopped, and the old one serves", async () => {
    const before = idsOf(await rehearse.status(project));
    project.configure({
      tracks: TRACKS,
      app: { name: "Another name" },
      rehearsal: { command: ["{node}", "-e", "console.log('no such version'); process.exit(3)"] },
    });
    await expect(rehearse.apply(project)).rejects.toThrow(/ended while starting \(3\).*no such version/s);
    const after = await rehearse.status(project);
    expect(idsOf(after)).toEqual(before);
    expect((await get(`${status.url}/version`, ca)).status).toBe(200);
    project.configure({ tracks: TRACKS, app: { name: "Another name" } });
  });

  it("starts again what was killed", async () => {
    const { servers } = await rehearse.status(project);
    process.kill(servers[0]!.pids.app!, "SIGKILL");
    await sleep(50);
    const mended = await rehearse.up(project);
    expect(mended.servers.every(({ healthy }) => healthy)).toBe(true);
    expect(mended.servers[0]!.pids.app).not.toBe(servers[0]!.pids.app);
  });

  it("applies the config when its file is saved, until it is taken down", async () => {
    const stop = new AbortController();
    const seen: Status[] = [];
    const watching = rehearse.watch({ ...project, signal: stop.signal }, (changed) => seen.push(changed));
    await sleep(100);
    project.configure({
      tracks: { blue: { weight: 0 }, green: { weight: 100 } },
      app: { name: "Another name" },
    });
    await expect.poll(() => seen.at(-1)?.real, { timeout: 20_000 }).toEqual({ blue: 0, green: 100 });
    stop.abort();
    await watching;
  });

  it("leaves no process and nothing but logs when it is taken down", async () => {
    const { stopped, logs } = await rehearse.down(project);
    expect(stopped).toContain("balancer");
    expect(belonging(project.projectDir)).toEqual([]);
    expect(readdirSync(join(project.stateDir, "beta"))).toEqual(["logs"]);
    expect(logs).toBe(join(project.stateDir, "beta", "logs"));
  });
});

describe("when something goes wrong", () => {
  it("a port that is taken is said before anything starts", async () => {
    const project = projectCopy();
    const other = createServer();
    const port = await new Promise<number>((resolve) => {
      other.listen(0, "127.0.0.1", () => resolve((other.address() as { port: number }).port));
    });
    await expect(rehearse.up({ ...project, port })).rejects.toThrow(`Port ${port} on 127.0.0.1 is taken`);
    expect(existsSync(join(project.stateDir, "beta", "state.json"))).toBe(false);
    other.close();
  });

  it("an application that doesn't start is named with its log, and the rest is stopped", async () => {
    const project = projectCopy({
      rehearsal: { command: ["{node}", "-e", "console.log('no such table'); process.exit(3)"] },
    });
    await expect(rehearse.up(project)).rejects.toThrow(
      /(blue|green)-1\.app ended while starting \(3\).*no such table/s,
    );
    expect(belonging(project.projectDir)).toEqual([]);
    expect(existsSync(join(project.stateDir, "beta", "state.json"))).toBe(false);
  });

  it("an application has its own time to start and to end, and no more", async () => {
    const deaf =
      "process.on('SIGTERM', () => fs.writeFileSync('told', String(Date.now()))); setInterval(() => {}, 1000)";
    const project = projectCopy({
      app: { startTimeout: "5s", stopTimeout: "1s" },
      rehearsal: { command: ["{node}", "-e", deaf] },
    });
    await expect(rehearse.up(project)).rejects.toThrow(/(blue|green)-1\.app wasn't ready within 5 s/);
    const ended = Date.now();
    expect(belonging(project.projectDir)).toEqual([]);
    const told = Number(readFileSync(join(project.projectDir, "told"), "utf8"));
    expect(ended - told).toBeGreaterThan(999);
    expect(ended - told).toBeLessThan(9_000);
  });

  it("a command that makes no sense of the stack changes nothing", async () => {
    const project = projectCopy();
    await expect(rehearse.apply(project)).rejects.toThrow("The stack beta isn't up.");
    await expect(rehearse.down(project)).resolves.toEqual({ stack: "beta", stopped: [] });
  });

  it.each(["PostgreSQL", "cache:", "database: app_beta", "healthy", "balancer: https"])(
    "`up` killed when it says %s leaves nothing that `down` doesn't stop",
    async (said) => {
      const project = projectCopy();
      const killed = spawn(
        process.execPath,
        [join(import.meta.dirname, "../../rollout/main.ts"), "rehearse", "up", "--stack", "beta"],
        { cwd: project.projectDir, stdio: ["ignore", "ignore", "pipe"] },
      );
      const gone = new Promise((resolve) => killed.once("exit", resolve));
      let log = "";
      killed.stderr.on("data", (data) => {
        log += data;
        if (log.includes(said)) killed.kill("SIGKILL");
      });
      await gone;
      expect(killed.signalCode).toBe("SIGKILL");
      await rehearse.down(project);
      await expect.poll(() => belonging(project.projectDir), { timeout: 5_000 }).toEqual([]);
    },
  );
});

function idsOf({ servers }: Status): string[] {
  return servers.map(({ id }) => id).sort();
}

function processesOf({ servers, database, cache, balancer }: Status) {
  return { servers: servers.map(({ id, pids }) => ({ id, pids })), database, cache, balancer };
}

/** The processes whose command line or working folder is in the folder; Linux only, elsewhere none are seen. */
function belonging(folder: string): string[] {
  if (process.platform !== "linux") return [];
  return readdirSync("/proc")
    .filter((name) => /^\d+$/.test(name))
    .flatMap((pid) => {
      try {
        const command = readFileSync(`/proc/${pid}/cmdline`, "utf8").replaceAll("\0", " ");
        const environment = readFileSync(`/proc/${pid}/environ`, "utf8");
        return `${command} ${environment}`.includes(folder) && Number(pid) !== process.pid ? [command] : [];
      } catch {
        return [];
      }
    });
}
