import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { setTimeout as sleep } from "node:timers/promises";

/** The service's way in. */
export const MAIN = join(import.meta.dirname, "../../../app/main.ts");

/** The sample service as its container runs it: a process of its own. */
export class Service {
  readonly log: Record<string, unknown>[] = [];
  readonly child: ChildProcess;
  readonly exit: Promise<number | null>;
  url = "";

  private constructor(child: ChildProcess) {
    this.child = child;
    this.exit = once(child, "exit").then(([code]) => code as number | null);
    createInterface({ input: child.stdout! }).on("line", (line) => this.log.push(JSON.parse(line)));
  }

  /** Starts it and waits until it listens, healthy or not. */
  static async start(env: Record<string, string>): Promise<Service> {
    const all = { PATH: process.env.PATH, HOST: "127.0.0.1", PORT: "0", COOKIE_SECURE: "false", ...env };
    const service = new Service(
      spawn(process.execPath, [MAIN], { env: all, stdio: ["ignore", "pipe", "inherit"] }),
    );
    const port = await until(() => service.log.find(({ message }) => message === "listening")?.port);
    service.url = `http://127.0.0.1:${port}`;
    return service;
  }

  async ask(method: string, path: string, body?: unknown, headers: Record<string, string> = {}) {
    const response = await fetch(this.url + path, {
      method,
      headers: { ...(body === undefined ? {} : { "content-type": "application/json" }), ...headers },
      body: body === undefined ? null : JSON.stringify(body),
    });
    const text = await response.text();
    const json = response.headers.get("content-type") === "application/json" ? JSON.parse(text) : undefined;
    return { status: response.status, headers: response.headers, text, json };
  }

  healthy(): Promise<true> {
    return until(async () => (await this.ask("GET", "/health")).status === 200 || undefined);
  }

  async end(): Promise<void> {
    this.child.kill("SIGKILL");
    await this.exit;
  }
}

/** Waits until there is a value, for at most ten seconds. */
export async function until<T>(look: () => T | undefined | Promise<T | undefined>): Promise<T> {
  for (let tries = 0; tries < 200; tries++) {
    const found = await look();
    if (found !== undefined) return found;
    await sleep(50);
  }
  throw new Error("it did not come about within 10 s");
}
