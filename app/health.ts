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
  /** `degraded`: it serves, without all that it needs. */
  status: "ok" | "starting" | "degraded" | "draining";
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

/**
 * A server is unhealthy until its database has been there once, and when it drains: that is how the balancer learns of it. What all servers share
 * is told but doesn't make one unhealthy: a failover of the database would have every server replaced. Source: Amazon
 * Builders' Library, "Implementing health checks", on checks of dependencies.
 */
export function verdict(checks: Health["checks"], state: { ready: boolean; draining: boolean }): Health {
  const good = checks.database.ok && checks.cache.ok;
  const status = state.draining ? "draining" : !state.ready ? "starting" : good ? "ok" : "degraded";
  return { status, checks };
}

export function isHealthy({ status }: Health): boolean {
  return status === "ok" || status === "degraded";
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
