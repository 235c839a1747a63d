import { spawnSync } from "node:child_process";
import { setTimeout as sleep } from "node:timers/promises";
import { afterAll, afterEach, beforeAll, describe, expect, test } from "vitest";
import { standIn } from "../../rollout/platforms/rehearsal/dependencies/stand-in.ts";
import { MAIN, Service, until } from "./app/service.ts";
import { postgresStore, redisStore, type Store } from "./app/stores.ts";

let database: Store;
let cache: Store;
const services: Service[] = [];

beforeAll(async () => {
  [database, cache] = await Promise.all([postgresStore(), redisStore()]);
});
afterEach(async () => {
  await Promise.all(services.splice(0).map((service) => service.end()));
});
afterAll(async () => {
  await Promise.all([database?.remove(), cache?.remove()]);
});

async function started(env: Record<string, string> = {}): Promise<Service> {
  const stores = { DATABASE_URL: database.url, REDIS_URL: cache.url, SECRET_KEY: "k".repeat(64) };
  const service = await Service.start({
    TRACK: "blue",
    VERSION: "v1",
    SHUTDOWN_GRACE_MS: "300",
    ...stores,
    ...env,
  });
  services.push(service);
  return service;
}

async function healthy(env?: Record<string, string>): Promise<Service> {
  const service = await started(env);
  await service.healthy();
  return service;
}

const order = { width: 1200, height: 1400, material: "pvc" };

test("several that start at once on an empty database migrate it once", async () => {
  const all = await Promise.all(Array.from({ length: 4 }, () => started()));
  await Promise.all(all.map((service) => service.healthy()));
  const counts = all.map(
    ({ log }) => log.find(({ message }) => message === "the database is ready")?.migrations,
  );
  expect(counts.sort()).toEqual([0, 0, 0, 3]);
});

describe("a quote", () => {
  test("is stored by one track and read back by another, then from the cache", async () => {
    const [blue, green] = await Promise.all([healthy(), healthy({ TRACK: "green" })]);
    const stored = await blue.ask("POST", "/quotes", order);
    expect(stored).toMatchObject({ status: 201, json: { ...order, priceCents: 30_020, track: "blue" } });
    const path = stored.headers.get("location")!;
    const first = await green.ask("GET", path);
    expect(first).toMatchObject({ status: 200, json: stored.json });
    expect(first.headers.get("x-track")).toBe("green");
    expect(first.headers.get("x-cache")).toBe("miss");
    const second = await blue.ask("GET", path);
    expect(second.json).toEqual(stored.json);
    expect(second.headers.get("x-cache")).toBe("hit");
  });

  test("that is wrong is refused with every rule", async () => {
    const service = await healthy();
    const { status, json } = await service.ask("POST", "/quotes", {
      width: 1,
      height: 1400,
      material: "glass",
    });
    expect(status).toBe(400);
    expect(json.errors).toEqual([
      "width must be a whole number of millimetres from 200 to 4000",
      "material must be one of pvc, wood, aluminium",
    ]);
    const plain = { "content-type": "text/plain" };
    expect((await service.ask("POST", "/quotes", order, plain)).status).toBe(415);
    expect((await service.ask("POST", "/quotes", "x".repeat(20_000))).status).toBe(413);
    expect((await service.ask("GET", "/quotes/1' OR '1'='1")).status).toBe(404);
  });
});

test("every answer names the track and the version", async () => {
  const service = await healthy();
  for (const path of ["/", "/version", "/health", "/nothing"]) {
    const { headers } = await service.ask("GET", path);
    expect([headers.get("x-track"), headers.get("x-version")]).toEqual(["blue", "v1"]);
  }
  expect((await service.ask("GET", "/version")).json).toEqual({ version: "v1", track: "blue" });
});

test("no more than MAX_BETA_USERS have a session, and one that leaves makes room", async () => {
  const service = await healthy({ MAX_BETA_USERS: "2" });
  const joined = await service.ask("POST", "/session", {});
  expect(joined.status).toBe(201);
  expect(joined.headers.get("set-cookie")).toMatch(
    /^session=\S+; Path=\/; Max-Age=28800; HttpOnly; SameSite=Strict$/,
  );
  const cookie = joined.headers.get("set-cookie")!.split(";")[0]!;
  expect((await service.ask("POST", "/session", {})).status).toBe(201);
  expect((await service.ask("POST", "/session", {})).json.errors).toEqual(["the beta is full"]);

  const quote = await service.ask("POST", "/quotes", order, { cookie });
  const mine = await service.ask("GET", "/session", undefined, { cookie });
  expect(mine.json).toEqual({ member: true, quotes: [quote.json.id] });
  const forged = { cookie: cookie.slice(0, -1) + (cookie.endsWith("A") ? "B" : "A") };
  expect((await service.ask("GET", "/session", undefined, forged)).json).toEqual({ member: false });

  await service.ask("DELETE", "/session", undefined, { cookie });
  expect((await service.ask("POST", "/session", {})).status).toBe(201);
});

describe("without what it needs", () => {
  test("it says so, serves what it can, and is itself again when the cache is back", async () => {
    const service = await healthy();
    const { headers } = await service.ask("POST", "/quotes", order);
    await cache.stop();
    const health = await until(async () => {
      const answer = await service.ask("GET", "/health");
      return answer.json.status === "degraded" ? answer : undefined;
    });
    // What all servers share makes none of them unhealthy: a balancer would take out every one.
    expect(health.status).toBe(200);
    expect(health.json).toMatchObject({
      checks: { database: { ok: true }, cache: { ok: false } },
    });
    expect((await service.ask("GET", headers.get("location")!)).status).toBe(200);
    expect((await service.ask("POST", "/quotes", order)).status).toBe(201);
    expect((await service.ask("POST", "/session", {})).status).toBe(503);
    await cache.start();
    await until(async () => (await service.ask("GET", "/health")).json.status === "ok" || undefined);
    expect((await service.ask("GET", "/session")).status).toBe(200);
  });

  test("it doesn't wait long, and is itself again when the database is back", async () => {
    const service = await healthy();
    await database.stop();
    const start = performance.now();
    const { status, headers, text } = await service.ask("POST", "/quotes", order);
    expect(status).toBe(503);
    expect(headers.get("retry-after")).toBe("1");
    expect(text).not.toMatch(/ECONN|postgres/);
    expect(performance.now() - start).toBeLessThan(3000);
    expect(await service.ask("GET", "/health")).toMatchObject({ status: 200, json: { status: "degraded" } });
    await database.start();
    await until(async () => (await service.ask("GET", "/health")).json.status === "ok" || undefined);
    expect((await service.ask("POST", "/quotes", order)).status).toBe(201);
  });

  test("it starts all the same, unhealthy, and waits for the database", async () => {
    await database.stop();
    const service = await started();
    const health = await service.ask("GET", "/health");
    expect(health.status).toBe(503);
    // No host, no user: everybody may ask.
    expect(health.json.checks.database.reason).toBe("ECONNREFUSED");
    expect((await service.ask("GET", "/version")).status).toBe(200);
    await database.start();
    await service.healthy();
  });
});

describe("the supplier", () => {
  const supplier = standIn(["supplier"]);
  let port = 0;
  beforeAll(async () => {
    await new Promise<void>((resolve) => supplier.listen(0, "127.0.0.1", resolve));
    port = (supplier.address() as { port: number }).port;
  });
  afterAll(() => {
    supplier.closeAllConnections();
    supplier.close();
  });
  const mood = (now: string) =>
    fetch(`http://127.0.0.1:${port}/mood`, {
      method: "POST",
      body: JSON.stringify({ name: "supplier", mood: now }),
    });

  test("gives a quote its price; while it is down a quote says that it is without, and is read back so", async () => {
    const place = { supplier: { url: `http://127.0.0.1:${port}/supplier`, timeoutMs: 1000 } };
    const service = await healthy({ DEPENDENCIES: JSON.stringify(place) });
    const priced = await service.ask("POST", "/quotes", order);
    expect(priced.json).toMatchObject({ supplierPriceCents: 10_080, withoutSupplier: false });
    await mood("down");
    for (let count = 0; count < 3; count += 1) {
      const { status, json, headers } = await service.ask("POST", "/quotes", order);
      expect([status, json.supplierPriceCents, json.withoutSupplier]).toEqual([201, null, true]);
      expect((await service.ask("GET", headers.get("location")!)).json).toEqual(json);
    }
    // The service itself is well.
    const health = await service.ask("GET", "/health");
    expect([health.status, health.json.dependencies]).toEqual([200, { supplier: "open" }]);
    await mood("well");
    const back = async () => (await service.ask("POST", "/quotes", order)).json.withoutSupplier;
    await expect.poll(back, { timeout: 30_000, interval: 250 }).toBe(false);
  });
});

describe("SIGTERM", () => {
  test("turns health to 503 first, finishes what is in flight, then ends with 0", async () => {
    const service = await healthy({ FAULTS: "on" });
    await service.ask("POST", "/faults", { latencyMs: 800 });
    const slow = service.ask("POST", "/quotes", order);
    await sleep(100);
    service.child.kill("SIGTERM");
    await sleep(100);
    const health = await service.ask("GET", "/health");
    expect([health.status, health.json.status]).toEqual([503, "draining"]);
    const late = service.ask("GET", "/version");
    expect((await slow).status).toBe(201);
    expect((await late).status).toBe(200);
    expect(await service.exit).toBe(0);
    expect(service.log.at(-1)).toMatchObject({ message: "stopped" });
  });
});

describe("faults", () => {
  test("are ordered by tests, spare health, and end", async () => {
    const service = await healthy({ FAULTS: "on" });
    await service.ask("POST", "/faults", { errorRate: 1 });
    expect((await service.ask("GET", "/version")).status).toBe(500);
    expect((await service.ask("GET", "/health")).status).toBe(200);
    await service.ask("POST", "/faults", {});
    expect((await service.ask("GET", "/version")).status).toBe(200);
  });

  test("are there for nobody who comes through nginx, and for nobody unless switched on", async () => {
    const on = await healthy({ FAULTS: "on" });
    const passedOn = { "x-forwarded-for": "198.18.0.1" };
    expect((await on.ask("POST", "/faults", { errorRate: 1 }, passedOn)).status).toBe(404);
    const off = await healthy();
    expect((await off.ask("POST", "/faults", { errorRate: 1 })).status).toBe(404);
  });

  test("can crash it", async () => {
    const service = await healthy({ FAULTS: "on" });
    await service.ask("POST", "/faults", { crash: true }).catch(() => undefined);
    expect(await service.exit).toBe(1);
  });
});

test("the log has a line of JSON for each request, with the track and without a secret", async () => {
  const service = await healthy({ DATABASE_URL: database.url.replace("app@", "app:hunter2@") });
  await service.ask("POST", "/quotes", order);
  const line = await until(() => service.log.find(({ path }) => path === "/quotes"));
  expect(line).toMatchObject({
    track: "blue",
    version: "v1",
    message: "request",
    method: "POST",
    status: 201,
  });
  expect(JSON.stringify(service.log)).not.toMatch(/hunter2|kkkk/);
});

test("a missing variable ends it at once, with a line that names it", () => {
  const { status, stdout } = spawnSync(process.execPath, [MAIN], {
    env: { TRACK: "blue" },
    encoding: "utf8",
  });
  expect(status).toBe(1);
  expect(JSON.parse(stdout)).toMatchObject({
    level: "error",
    message: expect.stringContaining("DATABASE_URL must be set"),
  });
});
