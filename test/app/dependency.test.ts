import { createServer, type Server } from "node:http";
import { afterEach, expect, test, vi } from "vitest";
import { Dependency, holdMs } from "../../app/dependency.ts";
import { DependencyCounts } from "../../app/dependency-counts.ts";
import { Supplier } from "../../app/supplier.ts";

let server: Server | undefined;
afterEach(() => {
  vi.useRealTimers();
  server?.closeAllConnections();
  server?.close();
  server = undefined;
});

/** A dependency that answers as told; `asked` is how often it was. */
async function world(
  answer: (nth: number) => { status: number; headers?: object; json?: unknown } | "never",
) {
  const count = { asked: 0 };
  server = createServer((_request, response) => {
    const told = answer(count.asked++);
    if (told === "never") return;
    response.writeHead(told.status, { ...told.headers }).end(JSON.stringify(told.json ?? {}));
  });
  await new Promise<void>((resolve) => server!.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as { port: number };
  const changes: string[] = [];
  const place = { name: "supplier", url: `http://127.0.0.1:${port}/`, timeoutMs: 150 };
  return { count, changes, place, dependency: new Dependency(place, (circuit) => changes.push(circuit)) };
}

const price = { status: 200, json: { priceCents: 700 } };
const quietLog = { debug() {}, info() {}, warn() {}, error() {} };

test("what may pass is tried again: two failures cost the request nothing but time", async () => {
  const { dependency, count } = await world((nth) => (nth < 2 ? { status: 500 } : price));
  expect(await dependency.get("/prices")).toEqual({ priceCents: 700 });
  expect(count.asked).toBe(3);
});

test("a mistake of ours is not tried again, and opens nothing", async () => {
  const { dependency, count } = await world(() => ({ status: 404 }));
  for (let each = 0; each < 10; each++) await expect(dependency.get("/")).rejects.toThrow("it answered 404");
  expect([count.asked, dependency.circuit]).toEqual([10, "closed"]);
});

test("silence ends at twice the timeout, and the circuit opens: then nobody is asked", async () => {
  const { dependency, count, changes } = await world(() => "never");
  const start = performance.now();
  await Promise.all(Array.from({ length: 5 }, () => dependency.get("/").catch(() => undefined)));
  // Its own limit is 300 ms; the rest is for a machine that is busy.
  expect(performance.now() - start).toBeLessThan(3000);
  expect([dependency.circuit, ...changes]).toEqual(["open", "open"]);
  const before = count.asked;
  await expect(dependency.get("/")).rejects.toThrow();
  expect(count.asked).toBe(before);
});

test("an open circuit tries one call after a while, and closes when that succeeds", async () => {
  let down = true;
  const { dependency, changes } = await world(() => (down ? { status: 503 } : price));
  for (let each = 0; each < 3; each++) await dependency.get("/").catch(() => undefined);
  expect(dependency.circuit).toBe("open");
  down = false;
  const now = Date.now();
  vi.spyOn(Date, "now").mockImplementation(() => now + 5_100);
  expect(await dependency.get("/")).toEqual({ priceCents: 700 });
  vi.restoreAllMocks();
  expect(changes).toEqual(["open", "half-open", "closed"]);
});

test("429 is obeyed: nothing is asked until its Retry-After is over", async () => {
  const { dependency, count } = await world(() => ({ status: 429, headers: { "retry-after": "30" } }));
  await expect(dependency.get("/")).rejects.toThrow("it answered 429");
  await expect(dependency.get("/")).rejects.toThrow("left alone");
  expect([count.asked, dependency.circuit]).toEqual([1, "open"]);
});

test.each([
  ["7", 7_000],
  [" 0 ", 0],
  ["Sat, 21 Nov 2026 12:00:30 GMT", 30_000],
  ["Sat, 21 Nov 2026 11:00:00 GMT", 0],
  ["86400", 60_000],
  ["soon", 1_000],
  [null, 1_000],
])("a Retry-After of %s", (text, milliseconds) => {
  expect(holdMs(text, Date.UTC(2026, 10, 21, 12, 0, 0))).toBe(milliseconds);
});

test("a quote goes without a price that isn't there, and without a supplier nothing is missing", async () => {
  const order = { width: 1000, height: 1000, material: "pvc" } as const;
  const told: unknown[] = [{ priceCents: 700 }, { priceCents: "700" }, { priceCents: -1 }];
  const { place } = await world((nth) => ({ status: 200, json: told[nth] }));
  const supplier = new Supplier(place, "beta", quietLog);
  expect(await supplier.price(order)).toEqual({ cents: 700, missing: false });
  for (const _ of [1, 2]) expect(await supplier.price(order)).toEqual({ cents: null, missing: true });
  expect(supplier.circuits()).toEqual({ supplier: "closed" });
  const alone = new Supplier(undefined, "beta", quietLog);
  expect(await alone.price(order)).toEqual({ cents: null, missing: false });
});

test("what the alarms look at is a line a second, also while the circuit is open and nobody asks", () => {
  vi.useFakeTimers({ now: Date.UTC(2026, 10, 21, 12, 0, 0, 300) });
  const lines: Record<string, unknown>[] = [];
  let circuit: "open" | "closed" = "closed";
  const counts = new DependencyCounts(
    "beta",
    "supplier",
    () => circuit,
    (line) => lines.push(JSON.parse(line)),
  );
  counts.add(false);
  counts.add(true);
  vi.advanceTimersByTime(3000);
  expect(lines).toMatchObject([
    { Stack: "beta", Dependency: "supplier", DependencyAsked: 2, DependencyFailed: 1, DependencyOpen: 0 },
  ]);
  circuit = "open";
  counts.add(true);
  vi.advanceTimersByTime(3000);
  expect(lines.slice(1).map((line) => [line.DependencyAsked, line.DependencyOpen])).toEqual([
    [1, 1],
    [0, 1],
    [0, 1],
  ]);
  vi.advanceTimersByTime(120_000);
  expect(lines.length).toBeLessThan(70);
});
