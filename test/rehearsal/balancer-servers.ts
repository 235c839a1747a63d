import { readFileSync } from "node:fs";
import type { IncomingMessage, ServerResponse } from "node:http";
import { createServer, type Server } from "node:https";
import type { AddressInfo } from "node:net";
import { setTimeout as sleep } from "node:timers/promises";
import type { Certificates } from "../../rollout/platforms/rehearsal/machine/authority-files.ts";
import type { ServerPlace } from "../../rollout/platforms/rehearsal/plan/balancer/model.ts";

/** Small servers behind the balancer: they answer who they are and what they were asked. `?ms=N` takes that long. */
export class Servers {
  readonly #tls: { cert: Buffer; key: Buffer; keepAliveTimeout: number };
  readonly #running = new Map<string, Server>();
  readonly #sick = new Set<string>();

  constructor({ certFile, keyFile }: Certificates) {
    this.#tls = { cert: readFileSync(certFile), key: readFileSync(keyFile), keepAliveTimeout: 75_000 };
  }

  /** @param name such as `blue-1` */
  async start(name: string): Promise<ServerPlace> {
    const server = createServer(this.#tls, (request, response) => this.#answer(name, request, response));
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    this.#running.set(name, server);
    return { name, address: "127.0.0.1", port: (server.address() as AddressInfo).port };
  }

  /** Its health checks fail; it answers all else. */
  sicken(name: string): void {
    this.#sick.add(name);
  }

  heal(name: string): void {
    this.#sick.delete(name);
  }

  /** Nobody listens any more, as after a crash. */
  kill(name: string): void {
    this.#running.get(name)?.close();
    this.#running.get(name)?.closeAllConnections();
    this.#running.delete(name);
  }

  killAll(): void {
    for (const name of [...this.#running.keys()]) this.kill(name);
  }

  async #answer(name: string, request: IncomingMessage, response: ServerResponse): Promise<void> {
    const url = new URL(request.url ?? "/", "https://server");
    const wait = Number(url.searchParams.get("ms") ?? 0);
    if (wait > 0) await sleep(wait);
    response.setHeader("x-server", name);
    if (url.pathname === "/health" && this.#sick.has(name)) response.statusCode = 503;
    response.end(JSON.stringify(request.headers));
  }
}
