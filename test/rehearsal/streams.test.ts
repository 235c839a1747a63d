import { createHash, randomBytes } from "node:crypto";
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { timeoutsOf } from "../../infra/settings/timeouts.ts";
import { rehearse } from "../../rollout/platforms/rehearsal/index.ts";
import { placeOf } from "../../rollout/platforms/rehearsal/machine/state.ts";
import { bodyOf, type Exchanged, exchange, type Protocol, type Sent } from "./exchange.ts";
import { commandOf, foreignSkipped, hasForeign } from "./foreign.ts";
import { client, projectCopy, removeCopies } from "./project.ts";
import { openSocket } from "./socket.ts";

// Every protocol against every limit, through the whole chain (HAProxy in the balancer's place, the servers' nginx, and an
// application on uvicorn): what is a second below a limit works, what is a second above it ends as the settings say.

const TIMEOUT_S = 3;
const BELOW_MS = (TIMEOUT_S - 1) * 1000;
const ABOVE_MS = (TIMEOUT_S + 1) * 1000;
const MIB = 1024 * 1024;
const KIB = 1024;
const HTTP: Protocol[] = ["HTTP/1.1", "HTTP/2"];

let url: string;
let ca: string;
let logs: string;
let users = 0;

/** Each is another client: nginx limits one of them, and each is found in the log. */
async function send(protocol: Protocol, sent: Sent) {
  users += 1;
  const from = client(users);
  const answer = await exchange(protocol, { url, ca }, { ...sent, headers: { ...from, ...sent.headers } });
  return Object.assign(answer, { address: from["x-forwarded-for"]! });
}

/** The line of a client's one request, as soon as it is written. */
async function logged(address: string): Promise<{ status: number; seconds: number; total_seconds: number }> {
  const line = () =>
    readdirSync(logs)
      .filter((name) => name.endsWith(".access.log"))
      .flatMap((name) => readFileSync(join(logs, name), "utf8").split("\n"))
      .find((each) => each.includes(`"${address}"`));
  for (let tries = 0; tries < 100; tries++) {
    const found = line();
    if (found) return JSON.parse(found);
    await sleep(50);
  }
  throw new Error(`no request of ${address} was logged`);
}

describe.skipIf(!hasForeign).concurrent(`${foreignSkipped}streams`, () => {
  beforeAll(async () => {
    const project = projectCopy({
      app: { timeout: `${TIMEOUT_S}s`, drain: "2s" },
      limits: { bodyMiB: 1, requestsPerMinute: 10_000 },
      rehearsal: { command: commandOf("uvicorn") },
    });
    const status = await rehearse.up(project);
    ({ url } = status);
    ca = readFileSync(status.caFile, "utf8");
    logs = placeOf("beta", project.stateDir).logs;
  });
  afterAll(removeCopies);

  describe.each(HTTP)("over %s", (protocol) => {
    test("an answer may take as long as the timeout", async () => {
      const answer = await send(protocol, { path: `/late?ms=${BELOW_MS}` });
      expect(answer).toMatchObject({ status: 200, whole: true });
    });

    test("an answer that takes longer is 504, with nginx's page", async () => {
      const answer = await send(protocol, { path: `/late?ms=${ABOVE_MS}` });
      expect(answer).toMatchObject({ status: 504, whole: true });
      expect(bodyOf(answer)).toContain("Back in a moment");
      expect((await logged(answer.address)).seconds).toBeGreaterThanOrEqual(TIMEOUT_S);
    });

    test.each(["parts", "events"])("%s come one by one, however long all of them take", async (kind) => {
      const answer = await send(protocol, { path: `/${kind}?count=4&ms=${BELOW_MS}` });
      expect(answer).toMatchObject({ status: 200, whole: true });
      expectOneByOne(answer, 4, BELOW_MS);
      // A stream took as long as its first header.
      const { seconds, total_seconds } = await logged(answer.address);
      expect(seconds).toBeLessThan(1);
      // nginx counts by the millisecond, from a clock that it looks at now and then.
      expect(total_seconds).toBeGreaterThan((3 * BELOW_MS - 100) / 1000);
    });

    test.each(["parts", "events"])("%s are cut when the app is silent for longer", async (kind) => {
      const answer = await send(protocol, { path: `/${kind}?count=2&ms=${ABOVE_MS}` });
      expect(answer.status).toBe(200);
      expectOneByOne(answer, 1, 0);
      expect(answer.parts).toHaveLength(1);
      // HAProxy 2.6 ends a cut answer over HTTP/2 as if it were whole.
      if (protocol === "HTTP/1.1") expect(answer.whole).toBe(false);
    });

    test("a compressed answer comes part by part, too", async () => {
      const headers = { "accept-encoding": "gzip" };
      const answer = await send(protocol, { path: "/parts?count=3&ms=700", headers });
      expect(answer.headers["content-encoding"]).toBe("gzip");
      expect(answer.whole).toBe(true);
      // The head of a compressed text may come by itself, just before what follows.
      const parts = answer.parts.filter(({ ms }, index) => ms - (answer.parts[index - 1]?.ms ?? -1000) > 300);
      expectOneByOne({ ...answer, parts }, 3, 700);
    });

    test("a slow upload arrives whole, and isn't a slow answer", async () => {
      const data = randomBytes(64 * KIB);
      const body = Array.from({ length: 4 }, () => ({ data, afterMs: BELOW_MS }));
      const answer = await send(protocol, { method: "POST", path: "/echo", body });
      expect(answer.status).toBe(200);
      expect(JSON.parse(bodyOf(answer))).toMatchObject({ bytes: 4 * data.length, sha256: sha256(data, 4) });
      const { seconds, total_seconds } = await logged(answer.address);
      expect(seconds).toBeLessThan(1);
      // nginx counts by the millisecond, from a clock that it looks at now and then.
      expect(total_seconds).toBeGreaterThan((3 * BELOW_MS - 100) / 1000);
    });

    test("an upload that pauses for longer than the balancer waits is refused", async () => {
      const length = { "content-length": "2" };
      const afterMs = timeoutsOf(`${TIMEOUT_S}s`).balancer * 1000 + 1000;
      const body = [{ data: "a" }, { data: "b", afterMs }];
      const answer = await send(protocol, { method: "POST", path: "/echo", headers: length, body });
      // An ALB says 408. HAProxy can't tell who is silent, the client or the server.
      expect(answer.status).toBe(504);
    });

    test("a slow download may take its time, and isn't a slow answer", async () => {
      const answer = await send(protocol, {
        path: `/large?bytes=${48 * MIB}`,
        pausesMs: [BELOW_MS, BELOW_MS],
      });
      expect(answer).toMatchObject({ status: 200, whole: true });
      expect(bodyOf(answer)).toHaveLength(48 * MIB);
      expect((await logged(answer.address)).seconds).toBeLessThan(1);
    });

    test.each([
      ["with its length", true],
      ["in chunks", false],
    ])("a body %s may be as large as the settings say, and no larger", async (_, stated) => {
      for (const [bytes, status] of [
        [9 * KIB, 200],
        [MIB, 200],
        [MIB + 1, 413],
      ] as const) {
        const headers: Record<string, string> = stated ? { "content-length": String(bytes) } : {};
        const body = [{ data: Buffer.alloc(bytes, "x") }];
        const answer = await send(protocol, { method: "POST", path: "/echo", headers, body });
        expect([bytes, answer.status]).toEqual([bytes, status]);
      }
    });

    // An ALB's own limits: infra/host/nginx.ts and the balancer's config name their source.
    test.each([
      ["one of 15 KiB", { "x-one": "x".repeat(15 * KIB) }, 200],
      ["one of 17 KiB", { "x-one": "x".repeat(17 * KIB) }, 400],
      ["62 KiB in all", fields(62), 200],
      ["66 KiB in all", fields(66), 400],
    ])("request headers: %s", async (_, headers, status) => {
      const answer = await send(protocol, { path: "/echo", headers });
      // Over HTTP/2 what is far too long closes the stream, without an answer.
      expect(answer.status || 400).toBe(status);
    });

    test.each([
      [15, 200],
      [17, 400],
    ])("a query of %s KiB is answered %s", async (kib, status) => {
      expect((await send(protocol, { path: `/echo?q=${"x".repeat(kib * KIB)}` })).status).toBe(status);
    });

    test.each([
      [4, 200],
      [30, 200],
      [33, 502],
    ])("an answer with %s KiB of headers is answered %s", async (kib, status) => {
      expect((await send(protocol, { path: `/headers?bytes=${kib * KIB}` })).status).toBe(status);
    });
  });

  describe("a WebSocket", () => {
    test("may be silent as long as the timeout, and lasts as long as it is used", async () => {
      const socket = await openSocket({ url, ca });
      for (let turn = 0; turn < 3; turn++) {
        await sleep(BELOW_MS);
        expect(await socket.ask(`turn ${turn}`)).toBe(`turn ${turn}`);
      }
      socket.close();
    });

    test("is closed when it is silent for longer", async () => {
      const socket = await openSocket({ url, ca });
      expect(await socket.ask("hello")).toBe("hello");
      const begun = performance.now();
      await socket.closed;
      expect(performance.now() - begun).toBeGreaterThan(BELOW_MS);
      expect(performance.now() - begun).toBeLessThan(ABOVE_MS);
    });
  });

  test("the app sees host and port as the client sent them, and nothing that a client forged", async () => {
    const forged = Object.fromEntries(
      ["forwarded", "x-forwarded-host", "x-forwarded-prefix", "x-forwarded-ssl", "x-real-ip"].map((name) => [
        name,
        "forged",
      ]),
    );
    const headers = { host: "beta.example.com:8443", "x-forwarded-for": "203.0.113.7", ...forged };
    const answer = await send("HTTP/1.1", { path: "/echo", headers });
    const seen = Object.fromEntries(JSON.parse(bodyOf(answer)).headers);
    expect(seen).toMatchObject({
      host: "beta.example.com:8443",
      "x-forwarded-for": "203.0.113.7",
      "x-forwarded-host": "beta.example.com:8443",
      "x-forwarded-proto": "https",
      "x-forwarded-port": new URL(url).port,
      "x-real-ip": "203.0.113.7",
    });
    expect(JSON.stringify(seen)).not.toContain("forged");
  });
});

/** The parts came when they were sent, not together at the end. */
function expectOneByOne({ parts, headersMs }: Exchanged, count: number, everyMs: number): void {
  expect(headersMs).toBeLessThan(everyMs || 1000);
  expect(parts.length).toBeGreaterThanOrEqual(count);
  for (const [index, part] of parts.slice(0, count).entries()) {
    expect(part.ms).toBeGreaterThan(index * everyMs * 0.9);
    expect(part.ms).toBeLessThan((index + 0.9) * (everyMs || 1000));
  }
}

function sha256(data: Buffer, times: number): string {
  const hash = createHash("sha256");
  for (let time = 0; time < times; time++) hash.update(data);
  return hash.digest("hex");
}

/** Request headers of a kilobyte each. */
function fields(count: number): Record<string, string> {
  const value = "x".repeat(1024 - "x-12: \r\n".length);
  return Object.fromEntries(Array.from({ length: count }, (_, each) => [`x-${10 + each}`, value]));
}
