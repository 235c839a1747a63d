import { type ChildProcess, spawn } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { Pool } from "undici";
import { writeFiles } from "../../rollout/platforms/rehearsal/balancer/apply.ts";
import {
  type BalancerLayout,
  balancerCommand,
  balancerLayout,
} from "../../rollout/platforms/rehearsal/balancer/config/layout.ts";
import { counters, type ServerStats } from "../../rollout/platforms/rehearsal/balancer/stats.ts";
import { readWeights } from "../../rollout/platforms/rehearsal/balancer/traffic.ts";
import { makeCertificates } from "../../rollout/platforms/rehearsal/machine/authority.ts";
import { findPrograms } from "../../rollout/platforms/rehearsal/machine/find.ts";
import { freePorts } from "../../rollout/platforms/rehearsal/machine/ports.ts";
import { describeBalancer } from "../../rollout/platforms/rehearsal/plan/balancer/describe.ts";
import type { BalancerModel, BalancerSetup } from "../../rollout/platforms/rehearsal/plan/balancer/model.ts";
import { balancerGraph, TOKEN, type Wanted } from "../rollout/rehearsal/balancer-graph.ts";
import { Servers } from "./balancer-servers.ts";

export const DOMAIN = "beta.example.com";

export interface Answer {
  status: number;
  headers: Record<string, string | string[] | undefined>;
  body: string;
  /** The server that answered, such as `blue-1`; undefined when it was the balancer. */
  server: string | undefined;
  track: string | undefined;
}

export const modelOf = (wanted: Wanted): BalancerModel =>
  describeBalancer(balancerGraph(wanted), () => TOKEN);

/** A real HAProxy in front of small servers. */
export class World {
  readonly layout: BalancerLayout;
  readonly setup: BalancerSetup;
  readonly servers: Servers;
  readonly #folder: string;
  readonly #haproxy: ChildProcess;
  readonly #pool: Pool;

  private constructor(
    folder: string,
    layout: BalancerLayout,
    setup: BalancerSetup,
    servers: Servers,
    ca: string,
  ) {
    this.#folder = folder;
    this.layout = layout;
    this.setup = setup;
    this.servers = servers;
    const [program, ...args] = balancerCommand(layout) as [string, ...string[]];
    this.#haproxy = spawn(program, args, { stdio: process.env.DEBUG ? "inherit" : "ignore" });
    this.#pool = new Pool(`https://127.0.0.1:${setup.httpsPort}`, {
      connections: 20,
      keepAliveTimeout: 4_000,
      keepAliveMaxTimeout: 4_000,
      connect: { ca, servername: DOMAIN },
    });
  }

  /** @param counts how many servers each track has */
  static async start(wanted: Wanted, counts: Record<string, number>): Promise<World> {
    const folder = mkdtempSync(join(tmpdir(), "balancer-"));
    const certificates = await makeCertificates(join(folder, "ca"), DOMAIN, [
      "www.example.com",
      "xwww.example.com",
    ]);
    const layout = balancerLayout(join(folder, "haproxy"), findPrograms().haproxy);
    const [httpsPort, httpPort] = (await freePorts(2)) as [number, number];
    const certificateFile = certificates.bothFile;
    const setup: BalancerSetup = { address: "127.0.0.1", httpsPort, httpPort, certificateFile, servers: {} };
    const servers = new Servers(certificates);
    for (const [track, count] of Object.entries(counts)) {
      const names = Array.from({ length: count }, (_, index) => `${track}-${index + 1}`);
      setup.servers[track] = await Promise.all(names.map((name) => servers.start(name)));
    }
    writeFiles(layout, modelOf(wanted), setup);
    const ca = readFileSync(certificates.caFile, "utf8");
    const world = new World(folder, layout, setup, servers, ca);
    await until(() => readWeights(layout).catch(() => undefined), "HAProxy answers");
    return world;
  }

  async get(
    path = "/",
    headers: Record<string, string> = {},
    method: "GET" | "POST" = "GET",
  ): Promise<Answer> {
    const answer = await this.#pool.request({ method, path, headers: { host: DOMAIN, ...headers } });
    const server = answer.headers["x-server"] as string | undefined;
    return {
      status: answer.statusCode,
      headers: answer.headers,
      body: await answer.body.text(),
      server,
      track: server?.split("-")[0],
    };
  }

  /** How often each track answered; the balancer's own answers count under their status. */
  async tally(count: number, headers: Record<string, string> = {}): Promise<Record<string, number>> {
    const tally: Record<string, number> = {};
    const worker = async (first: number) => {
      for (let turn = first; turn < count; turn += 8) {
        const { track, status } = await this.get("/", headers);
        tally[track ?? status] = (tally[track ?? status] ?? 0) + 1;
      }
    };
    await Promise.all(Array.from({ length: 8 }, (_, first) => worker(first)));
    return tally;
  }

  async statsOf(server: string): Promise<ServerStats | undefined> {
    const { tracks } = await counters(this.layout.socket);
    return tracks[server.split("-")[0]!]?.servers.find(({ name }) => name === server);
  }

  /** Waits until HAProxy says that of a server. */
  untilServer(server: string, status: string): Promise<unknown> {
    return until(async () => (await this.statsOf(server))?.status === status, `${server} is ${status}`);
  }

  /** The supervised process; undefined when it has ended. */
  get pid(): number | undefined {
    return this.#haproxy.exitCode === null ? this.#haproxy.pid : undefined;
  }

  async end(): Promise<void> {
    const gone = new Promise((resolve) => this.#haproxy.once("exit", resolve));
    this.#haproxy.kill("SIGTERM");
    await Promise.all([gone, this.#pool.destroy()]);
    this.servers.killAll();
    rmSync(this.#folder, { recursive: true, force: true, maxRetries: 5 });
  }
}

async function until(isSo: () => Promise<unknown>, what: string): Promise<void> {
  for (let tries = 0; tries < 200; tries += 1) {
    if (await isSo()) return;
    await sleep(50);
  }
  throw new Error(`not within 10 s: ${what}`);
}
