import { setTimeout as sleep } from "node:timers/promises";
import { openCache } from "./cache.ts";
import { Counters } from "./counters.ts";
import { migrate, openDatabase } from "./database.ts";
import { noFaults } from "./faults.ts";
import { openFlags } from "./flags.ts";
import { jsonLog, reasonOf } from "./log.ts";
import { Quotes } from "./quotes.ts";
import type { Service } from "./routes.ts";
import { appServer } from "./server.ts";
import { Sessions } from "./sessions.ts";
import { readAppSettings } from "./settings.ts";
import { shutDown } from "./shutdown.ts";
import { Stress } from "./stress.ts";
import { SUPPLIER, Supplier } from "./supplier.ts";

// The sample service: `node main.ts`, with the environment that settings.ts reads.

const settings = readSettingsOrExit();
const log = jsonLog({ track: settings.track, version: settings.version }, settings.debug);
const pool = openDatabase(settings, log);
const cache = openCache(settings.redisUrl, log);
const stress = new Stress(settings.mostInFlight, pool, settings.stressHoldMs);
stress.watch((report) => log.warn("the stress level changed", { ...report }));
const service: Service = {
  settings,
  pool,
  cache,
  quotes: new Quotes(pool, cache, settings.track),
  supplier: new Supplier(
    settings.dependencies.find(({ name }) => name === SUPPLIER),
    settings.stack,
    log,
  ),
  sessions: new Sessions(cache, settings),
  flags: await openFlags(settings.flagsUrl, stress, log),
  stress,
  counters: new Counters(settings),
  state: { ready: false, draining: false },
  faults: noFaults,
  crash: () => process.exit(1),
};
const server = appServer(service, log);

for (const signal of ["SIGTERM", "SIGINT"] as const) process.once(signal, stop);
server.listen(settings.port, settings.host, () => {
  const address = server.address();
  log.info("listening", { port: typeof address === "object" ? address?.port : undefined });
});
server.on("error", (error) => {
  log.error("the server can't listen", { reason: reasonOf(error) });
  process.exit(1);
});
await prepareDatabase();

/** Until the schema is there the service is up but unhealthy: a database that comes later is waited for. */
async function prepareDatabase(): Promise<void> {
  for (let wait = 250; !service.state.draining; wait = Math.min(wait * 2, 5000)) {
    try {
      const count = await migrate(pool);
      service.state.ready = true;
      log.info("the database is ready", { migrations: count });
      return;
    } catch (error) {
      log.warn("the database is not ready", { reason: reasonOf(error) });
      await sleep(wait, undefined, { ref: false });
    }
  }
}

async function stop(): Promise<void> {
  const closePools = async () => {
    service.counters.flush();
    service.supplier.flush();
    cache.close();
    await Promise.race([pool.end(), sleep(2000, undefined, { ref: false })]);
  };
  await shutDown(server, service.state, settings.graceMs, closePools, log);
  process.exit(0);
}

function readSettingsOrExit() {
  try {
    return readAppSettings(process.env);
  } catch (error) {
    jsonLog({ track: process.env.TRACK ?? "" }, false).error(reasonOf(error));
    process.exit(1);
  }
}
