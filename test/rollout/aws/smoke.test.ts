import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { afterEach, expect, test } from "vitest";
import { smoke } from "../../../rollout/platforms/aws/smoke.ts";

const VERSION = "0123456789ab";
let server: Server | undefined;
afterEach(() => {
  server?.closeAllConnections();
  server?.close();
});

type Change = (request: IncomingMessage, response: ServerResponse) => boolean;

/** A track's servers as a tester meets them; `change` answers in their place. */
async function against(change: Change = () => false, asked: string[] = []) {
  const answers: Record<string, string> = {
    "/health": "{}",
    "/version": JSON.stringify({ version: VERSION, track: "green" }),
    "/": "<html>",
  };
  server = createServer((request, response) => {
    asked.push(`${request.url} ${request.headers["x-rollout-track"]} ${request.headers.connection}`);
    response.setHeader("x-track", "green");
    if (!change(request, response)) response.end(answers[request.url!]);
  });
  await new Promise<void>((done) => server!.listen(0, "127.0.0.1", done));
  const { port } = server.address() as AddressInfo;
  return smoke({ url: `http://127.0.0.1:${port}`, track: "green", version: VERSION });
}

const at =
  (path: string, answer: (response: ServerResponse) => unknown): Change =>
  ({ url }, response) => {
    if (url !== path) return false;
    answer(response);
    return true;
  };

test("asks as a tester, each time anew, for health, version and a page", async () => {
  const asked: string[] = [];
  const { passed, details } = await against(undefined, asked);
  expect(details).toEqual([...Array(3).fill("GET /health: 200"), `GET /version: ${VERSION}`, "GET /: 200"]);
  expect(passed).toBe(true);
  expect(asked).toEqual([...Array(3).fill("/health green close"), "/version green close", "/ green close"]);
});

test.each<[what: string, change: Change, detail: string]>([
  ["unhealthy", at("/health", (r) => r.writeHead(503).end()), "GET /health: FAILED, answers 503"],
  [
    "another version",
    at("/version", (r) => r.end('{"version":"older"}')),
    `GET /version: FAILED, is {"version":"older"}, not ${VERSION}`,
  ],
  ["a page that fails", at("/", (r) => r.writeHead(500).end()), "GET /: FAILED, answers 500"],
  [
    "another track's answer",
    at("/", (r) => r.setHeader("x-track", "blue").end()),
    "GET /: FAILED, 200 came from blue, not green",
  ],
  [
    "maintenance, which no track answers",
    at("/", (r) => r.removeHeader("x-track") ?? r.writeHead(503).end()),
    "GET /: FAILED, 503 came from no track, not green",
  ],
  ["no answer", at("/", (r) => r.destroy()), "GET /: FAILED, fetch failed"],
])("fails on %s, and tells all the rest too", async (_, change, detail) => {
  const { passed, details } = await against(change);
  expect(passed).toBe(false);
  expect(details).toHaveLength(5);
  expect(details.join("\n")).toContain(detail);
});

test("a service that tells no version may pass: somebody's own needn't", async () => {
  const { passed, details } = await against(at("/version", (r) => r.writeHead(404).end()));
  expect(passed).toBe(true);
  expect(details).toContain("GET /version: 404, the service tells no version");
});
