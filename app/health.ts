import type pg from "pg";
import { bounded } from "./bounded.ts";
import type { Cache } from "./cache.ts";

/** How long a check may take, in milliseconds: well below the balancer's 4 s. */
const patience = 1000;

export interface Check {
  ok: boolean;
  ms: number;
  reason?: string;
}

export interface Health {
  status: "ok" | "starting" | "failing" | "draining";
  checks: { database: Check; cache: Check };
}

/** Asks the database and the cache, both at once. */
export async function checkHealth(pool: pg.Pool, cache: Cache, state: { ready: boolean; draining: boolean }) {
  const [database, cached] = await Promise.all([
    check("database", () => pool.query("SELECT 1")),
    check("cache", () => cache.run("PING")),
  ]);
  return verdict({ database, cache: cached }, state);
}

/** A server that drains is unhealthy whatever its checks say: that is how the balancer learns of it. */
export function verdict(checks: Health["checks"], state: { ready: boolean; draining: boolean }): Health {
  const good = checks.database.ok && checks.cache.ok;
  const status = state.draining ? "draining" : !good ? "failing" : state.ready ? "ok" : "starting";
  return { status, checks };
}

async function check(what: string, ask: () => Promise<unknown>): Promise<Check> {
  const start = performance.now();
  const ms = () => Math.round((performance.now() - start) * 10) / 10;
  try {
    await bounded(what, patience, ask());
    return { ok: true, ms: ms() };
  } catch (error) {
    return { ok: false, ms: ms(), reason: briefly(error) };
  }
}

/** The code alone where there is one: everybody may read /health, and messages name hosts and users. */
function briefly(error: unknown): string {
  const { code, message } = error as NodeJS.ErrnoException;
  return code ?? message;
}
