import { createClient } from "redis";
import { bounded } from "./bounded.ts";
import { type Log, reasonOf } from "./log.ts";

/** How long a request waits for the cache, in milliseconds: about what the database would take instead. */
const patience = 500;

/**
 * Redis, with every wait bounded. The service works without it (quotes come from the database), so `read` and `write`
 * don't throw; sessions need it, so `run` does.
 */
export interface Cache {
  read(key: string): Promise<string | null>;
  write(key: string, value: string, seconds: number): Promise<void>;
  /** A command, as an array of words. */
  run(...words: string[]): Promise<unknown>;
  close(): void;
}

/** Connects in the background and for ever; until then commands fail at once instead of queueing. */
export function openCache(url: string, log: Log): Cache {
  const client = createClient({
    url,
    disableOfflineQueue: true,
    pingInterval: 5000,
    socket: {
      connectTimeout: 2000,
      // A connection on which nothing comes back, not even the ping's answer, is dead.
      socketTimeout: 12_000,
      reconnectStrategy: (retries) => Math.min(50 * 2 ** Math.min(retries, 6), 2000) + Math.random() * 100,
    },
  });
  let last = "";
  // One line for each change of state, not one for each attempt.
  client.on("error", (error) => {
    const reason = reasonOf(error);
    if (reason !== last) log.warn("the cache connection failed", { reason });
    last = reason;
  });
  client.on("ready", () => {
    if (last) log.info("the cache connection is back");
    last = "";
  });
  client.connect().catch((error: unknown) => log.error("the cache is given up", { reason: reasonOf(error) }));

  const run = (...words: string[]) => {
    if (!client.isReady) return Promise.reject(new Error("cache is not connected"));
    return bounded("cache", patience, client.sendCommand(words));
  };
  return {
    run,
    read: (key) =>
      run("GET", key).then(
        (value) => (typeof value === "string" ? value : null),
        () => null,
      ),
    write: (key, value, seconds) =>
      run("SET", key, value, "EX", String(seconds)).then(
        () => undefined,
        () => undefined,
      ),
    close: () => client.destroy(),
  };
}
