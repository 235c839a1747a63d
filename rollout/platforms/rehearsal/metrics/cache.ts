import { readFileSync } from "node:fs";
import { createClient } from "redis";
import { given } from "../../../../infra/sure.ts";
import type { Room } from "../room.ts";

export interface CacheFigures {
  /** Of Redis's main thread since the last look; undefined the first time. */
  enginePercent?: number;
  memoryPercent: number;
  evictions: number;
}

type Store = ReturnType<typeof cacheClient>;
const PATIENCE_MS = 1_500;

/** What Redis tells of itself (INFO), over a connection that is kept. */
export class CacheFiguresReader {
  readonly #room: Pick<Room, "ledger" | "plan" | "certificates">;
  #client: Store | undefined;
  #before: { at: number; busySeconds: number; evicted: number } | undefined;

  constructor(room: Pick<Room, "ledger" | "plan" | "certificates">) {
    this.#room = room;
  }

  /** Undefined while it doesn't answer: a metric that nobody sends. */
  async take(): Promise<CacheFigures | undefined> {
    try {
      this.#client ??= await this.#connect();
      const info = fieldsOf(await bounded(this.#client.info()));
      return this.#figures(info);
    } catch {
      this.close();
      return undefined;
    }
  }

  close(): void {
    const client = this.#client;
    this.#client = undefined;
    this.#before = undefined;
    client?.destroy();
  }

  async #connect(): Promise<Store> {
    const client = cacheClient(this.#room);
    try {
      await bounded(client.connect());
      return client;
    } catch (error) {
      if (client.isOpen) client.destroy();
      throw error;
    }
  }

  #figures(info: Record<string, number>): CacheFigures {
    const at = performance.now() / 1000;
    const busySeconds = (info.used_cpu_sys_main_thread ?? 0) + (info.used_cpu_user_main_thread ?? 0);
    const evicted = info.evicted_keys ?? 0;
    const before = this.#before;
    this.#before = { at, busySeconds, evicted };
    const percent = before && (100 * (busySeconds - before.busySeconds)) / Math.max(1e-3, at - before.at);
    return {
      ...(percent !== undefined && { enginePercent: Math.min(100, Math.max(0, percent)) }),
      memoryPercent: (100 * (info.used_memory ?? 0)) / (info.maxmemory || Number.POSITIVE_INFINITY),
      evictions: before ? Math.max(0, evicted - before.evicted) : 0,
    };
  }
}

/** Not yet connected; it doesn't try again by itself. */
export function cacheClient({ ledger, plan, certificates }: Pick<Room, "ledger" | "plan" | "certificates">) {
  const cache = given(plan.cache, "cache in the stack");
  const { port } = given(ledger.state.cache, "cache that runs");
  const place = { host: "127.0.0.1", port, connectTimeout: PATIENCE_MS, reconnectStrategy: false as const };
  const client = createClient({
    ...(cache.password && { password: cache.password }),
    socket: cache.tls
      ? { ...place, tls: true, servername: "localhost", ca: readFileSync(certificates.caFile) }
      : place,
  });
  client.on("error", () => {});
  return client;
}

function fieldsOf(info: string): Record<string, number> {
  const pairs = info.split("\r\n").map((line) => line.split(":") as [string, string?]);
  return Object.fromEntries(pairs.map(([name, value]) => [name, Number(value)]));
}

async function bounded<T>(work: Promise<T>): Promise<T> {
  const late = AbortSignal.timeout(PATIENCE_MS);
  const failed = new Promise<never>((_, reject) => {
    late.addEventListener("abort", () => reject(new Error("Redis doesn't answer")), { once: true });
  });
  return Promise.race([work, failed]);
}
