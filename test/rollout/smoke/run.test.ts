import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { afterEach, expect, test } from "vitest";
import { COMMON_TESTS, SAMPLE_TESTS, smoke } from "../../../infra/settings/schema/asked/smoke.ts";
import { runSmoke, type SmokeOptions } from "../../../rollout/smoke/run.ts";

const VERSION = "0123456789ab";
const CHECKS = { checks: { database: { ok: true }, cache: { ok: true } } };
let server: Server | undefined;
afterEach(() => {
  server?.closeAllConnections();
  server?.close();
});

type Change = (request: IncomingMessage, response: ServerResponse) => boolean;

/** A track's servers as a tester meets them; `change` answers in their place. */
async function against(
  change: Change = () => false,
  options: Partial<SmokeOptions> = {},
  asked: string[] = [],
) {
  server = createServer((request, response) => {
    const { url = "", method, headers } = request;
    asked.push(`${method} ${url} ${headers["x-rollout-track"]} ${headers["user-agent"]}`);
    response.setHeader("x-track", "green");
    if (change(request, response)) return;
    if (url === "/health") return response.end(JSON.stringify(CHECKS));
    if (url === "/version") return response.end(JSON.stringify({ version: VERSION }));
    if (url === "/quotes") return response.writeHead(201, { location: "/quotes/1" }).end("{}");
    response.setHeader("content-type", "text/html; charset=utf-8");
    response.end("<html>");
  });
  await new Promise<void>((done) => server!.listen(0, "127.0.0.1", done));
  const { port } = server.address() as AddressInfo;
  return runSmoke({
    door: { url: "http://beta.example.com", at: { host: "127.0.0.1", port } },
    tests: SAMPLE_TESTS,
    track: "green",
    versions: { blue: "older", green: VERSION },
    ...options,
  });
}

const at =
  (path: string, answer: (response: ServerResponse) => unknown): Change =>
  ({ url }, response) => {
    if (url !== path) return false;
    answer(response);
    return true;
  };

const titles = (details: string[]) => details.map((line) => line.replace(/ in \d+ ms/, ""));

test("asks as a tester for all that the sample app must do, and says which version it was", async () => {
  const asked: string[] = [];
  const { passed, details, version } = await against(undefined, {}, asked);
  expect(titles(details)).toEqual([
    "health (GET /health): 200, 3 times",
    "version (GET /version): 200",
    "database (GET /health): 200",
    "cache (GET /health): 200",
    "page (GET /): 200",
    "request (POST /quotes): 201",
  ]);
  expect({ passed, version }).toEqual({ passed: true, version: VERSION });
  expect(asked).toHaveLength(8);
  expect(asked.every((line) => line.endsWith(" green rollout-smoke"))).toBe(true);
});

test("without a track asks as a user does, and holds each answer against the version of who gave it", async () => {
  const asked: string[] = [];
  const { passed, version } = await against(undefined, { track: undefined }, asked);
  expect({ passed, version }).toEqual({ passed: true, version: undefined });
  expect(asked.every((line) => line.includes(" undefined "))).toBe(true);
});

test.each<[what: string, change: Change, detail: string]>([
  [
    "unhealthy",
    at("/health", (r) => r.writeHead(503).end()),
    "health (GET /health): FAILED, answers 503, not 200",
  ],
  [
    "another version",
    at("/version", (r) => r.end('{"version":"older"}')),
    `version (GET /version): FAILED, version is "older", not "${VERSION}"`,
  ],
  [
    "a database that is away",
    at("/health", (r) => r.end('{"checks":{"database":{"ok":false}}}')),
    "database (GET /health): FAILED, checks.database.ok is false, not true",
  ],
  [
    "no cache to speak of",
    at("/health", (r) => r.end("{}")),
    "cache (GET /health): FAILED, checks.cache.ok is missing, not true",
  ],
  ["no JSON", at("/version", (r) => r.end("up")), 'FAILED, the body is no JSON: "up"'],
  ["a page that fails", at("/", (r) => r.writeHead(500).end()), "page (GET /): FAILED, answers 500, not 200"],
  [
    "no page",
    at("/", (r) => r.setHeader("content-type", "text/plain").end()),
    'page (GET /): FAILED, the header content-type is "text/plain", not "text/html"',
  ],
  [
    "another track's answer",
    at("/", (r) => r.setHeader("x-track", "blue").end()),
    "page (GET /): FAILED, 200 came from blue, not green",
  ],
  [
    "a rate limit",
    at("/", (r) => r.writeHead(429, { "retry-after": "60" }).end()),
    "page (GET /): FAILED, 429: this address has used up its requests; try again in 60 s",
  ],
  ["no answer", at("/", (r) => r.destroy()), "page (GET /): FAILED, socket hang up"],
])("fails on %s, and tells all the rest too", async (_, change, detail) => {
  const { passed, details } = await against(change);
  expect(passed).toBe(false);
  expect(details).toHaveLength(SAMPLE_TESTS.length);
  expect(details.join("\n")).toContain(detail);
});

test("an answer that comes too late is none", async () => {
  const tests = smoke.parse([{ path: "/slow", within: "50ms" }]);
  const { passed, details } = await against(
    at("/slow", () => {}),
    { tests },
  );
  expect(passed).toBe(false);
  expect(details).toEqual(["GET /slow: FAILED, no answer within 50 ms"]);
});

test("of a service of somebody's own only its health is known to be there", async () => {
  const bare = await against(
    at("/", (r) => r.writeHead(404).end()),
    { tests: COMMON_TESTS },
  );
  expect(bare.passed).toBe(true);
  server!.close();
  const broken = await against(
    at("/", (r) => r.writeHead(500).end()),
    { tests: COMMON_TESTS },
  );
  expect(broken.details.join("\n")).toContain("page (GET /): FAILED, answers 500");
});

test("a service whose /version says something else is as good as any", async () => {
  const { passed } = await against(
    at("/version", (r) => r.end("3.17.2")),
    { tests: COMMON_TESTS },
  );
  expect(passed).toBe(true);
});

test("nothing asked is nothing shown", async () => {
  expect(await against(undefined, { tests: [] })).toMatchObject({ passed: false, details: [] });
});

const MAINTENANCE: Change = ({ headers }, response) => {
  if (headers["x-rollout-operator"] === "token") return false;
  response.removeHeader("x-track");
  response.writeHead(503, { "retry-after": "300" }).end("back soon");
  return true;
};

test("passes maintenance as an operator does, and shows the token only then", async () => {
  let read = 0;
  const operatorToken = async () => {
    read += 1;
    return "token";
  };
  expect(await against(MAINTENANCE, { operatorToken })).toMatchObject({ passed: true });
  expect(read).toBe(1);
  server!.close();
  await against(undefined, { operatorToken });
  expect(read).toBe(1);
});

test("says that maintenance is on when the token can't be had", async () => {
  const operatorToken = () => Promise.reject(new Error("not allowed"));
  const { passed, details } = await against(MAINTENANCE, { operatorToken });
  expect(passed).toBe(false);
  expect(details[0]).toBe(
    "health (GET /health): FAILED, 503 came from no track, not green (maintenance is on, and the operators' token isn't at hand)",
  );
});
