import { spawn, spawnSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { rehearse } from "../../rollout/platforms/rehearsal/index.ts";
import { chromium, skipped as noBrowser } from "../support/browser.ts";
import { bodyOf, exchange } from "./exchange.ts";
import { type Foreign, foreignSkipped, hasForeign, rehearsalOfEach } from "./foreign.ts";
import { client, projectCopy, removeCopies } from "./project.ts";
import { yjsClients } from "./yjs.ts";

// Servers and clients that nobody here wrote, unchanged, through balancer and nginx: each server has a track of its own,
// which the testers' header chooses.

const SERVERS: Foreign[] = ["uvicorn", "hypercorn", "gunicorn", "threads", "yjs"];
const MIB = 1024 * 1024;

let url: string;
let ca: string;
let caFile: string;
let folder: string;
const on = (server: Foreign) => ({ "x-rollout-track": server });

beforeAll(async () => {
  if (!hasForeign) return;
  const project = projectCopy({
    tracks: Object.fromEntries(SERVERS.map((name, index) => [name, { weight: index === 0 ? 100 : 0 }])),
    stable: "uvicorn",
    limits: { requestsPerMinute: 100_000 },
    rehearsal: rehearsalOfEach(SERVERS),
  });
  ({ url, caFile } = await rehearse.up(project));
  ca = readFileSync(caFile, "utf8");
  folder = mkdtempSync(join(tmpdir(), "foreign-"));
});
afterAll(async () => {
  await removeCopies();
  if (folder) rmSync(folder, { recursive: true, force: true, maxRetries: 5 });
});

describe.skipIf(!hasForeign)(foreignSkipped, () => {
  test.each(["uvicorn", "hypercorn"] as const)("%s: an event stream comes event by event", async (server) => {
    const answer = await exchange(
      "HTTP/2",
      { url, ca },
      { path: "/events?count=3&ms=500", headers: on(server) },
    );
    expect(answer).toMatchObject({ status: 200, whole: true });
    expect(answer.headers["x-track"]).toBe(server);
    const times = answer.parts.map(({ ms }) => Math.floor(ms / 500));
    expect(times).toEqual([0, 1, 2]);
  });

  test("Python's usual clients trust the database, the cache and the stack itself, told nothing", async () => {
    const itself = `https://localhost:${new URL(url).port}/version`;
    const answer = await exchange(
      "HTTP/1.1",
      { url, ca },
      { path: `/trust?url=${encodeURIComponent(itself)}`, headers: on("uvicorn") },
    );
    expect(answer.status, bodyOf(answer)).toBe(200);
    const { authorities, ...seen } = JSON.parse(bodyOf(answer));
    expect(seen).toEqual({
      database: expect.stringMatching(/^TLSv1/),
      by_parts: expect.stringMatching(/^TLSv1/),
      cache: true,
      requests: 200,
      standard: 200,
    });
    // The public ones are there, too.
    expect(authorities).toBeGreaterThan(50);
  });

  test.each(["gunicorn", "threads"] as const)(
    "%s: Django takes a form from its own page, and no forged one",
    async (server) => {
      const host = "beta.example.com:8443";
      const ask = (method: string, headers: Record<string, string>) =>
        exchange(
          "HTTP/1.1",
          { url, ca },
          { path: "/form", method, headers: { host, ...on(server), ...headers } },
        );
      const form = await ask("GET", {});
      const [cookie] = [form.headers["set-cookie"]].flat();
      const from = (origin: string) =>
        ask("POST", {
          cookie: cookie!.split(";")[0]!,
          origin,
          "x-csrftoken": JSON.parse(bodyOf(form)).token,
          "content-length": "0",
        });
      expect((await from(`https://${host}`)).status).toBe(200);
      expect((await from("https://beta.example.com")).status).toBe(403);
      expect((await from("https://elsewhere.example.com:8443")).status).toBe(403);
    },
  );

  test("gunicorn: POSTs that come just when it closes its kept connections are all answered", async () => {
    const statuses: Record<number, number> = {};
    // gunicorn closes after 2 s without a request: bursts come a little before, at and after that.
    for (const pause of [0, 1960, 1980, 2000, 2020, 2040]) {
      await sleep(pause);
      const answers = await Promise.all(
        Array.from({ length: 50 }, (_, index) =>
          exchange(
            "HTTP/1.1",
            { url, ca },
            {
              method: "POST",
              path: "/count",
              headers: { ...on("threads"), ...client(index) },
              body: [{ data: "x" }],
            },
          ),
        ),
      );
      for (const { status } of answers) statuses[status] = (statuses[status] ?? 0) + 1;
    }
    expect(statuses).toEqual({ 200: 300 });
  });

  describe("curl", () => {
    /** What it says of the exchange, and the body. */
    function curl(...words: string[]) {
      const { stdout, stderr, status } = spawnSync(
        "curl",
        ["--silent", "--show-error", "--verbose", "--cacert", caFile, ...words],
        { encoding: "utf8", input: "x".repeat(MIB) },
      );
      return { status, said: stderr, body: stdout };
    }

    test("waits for 100 Continue before it sends a large body, and gets it", () => {
      const { status, said, body } = curl(
        "--http1.1",
        "--header",
        "Expect: 100-continue",
        "--data-binary",
        "@-",
        `${url}/echo`,
      );
      expect(status, said).toBe(0);
      expect(said).toContain("< HTTP/1.1 100 Continue");
      expect(said).toContain("< HTTP/1.1 200");
      expect(JSON.parse(body).bytes).toBe(MIB);
    });

    test.each(["--http1.1", "--http2"])("sends a body of unknown length, over %s", (version) => {
      const { status, said, body } = curl(version, "--upload-file", "-", `${url}/echo`);
      expect(status, said).toBe(0);
      expect(said).toContain(version === "--http2" ? "using HTTP/2" : "Transfer-Encoding: chunked");
      expect(JSON.parse(body)).toMatchObject({ method: "PUT", bytes: MIB });
    });
  });

  test("y-websocket: two clients write one text together, over its own server", async () => {
    const { Y, connect } = yjsClients({ url, ca }, on("yjs"));
    const documents = [new Y.Doc(), new Y.Doc()];
    const providers = documents.map((document) => connect("a text", document));
    const text = (index: number) => documents[index]!.getText("t");
    text(0).insert(0, "hello ");
    await expect.poll(() => text(1).toString(), { timeout: 10_000 }).toBe("hello ");
    text(1).insert(6, "world");
    await expect.poll(() => text(0).toString(), { timeout: 10_000 }).toBe("hello world");
    for (const provider of providers) provider.destroy();
  });

  test.skipIf(!chromium)(
    `${noBrowser}Chromium: EventSource over HTTP/2, which it opens again at its end, and a WebSocket`,
    async () => {
      const browser = spawn(
        chromium!,
        [
          "--headless",
          "--no-sandbox",
          "--disable-gpu",
          "--no-first-run",
          "--disable-background-networking",
          "--ignore-certificate-errors",
          `--user-data-dir=${join(folder, "profile")}`,
          `${url}/page`,
        ],
        { stdio: "ignore" },
      );
      try {
        const reports = async () => {
          const answer = await exchange("HTTP/1.1", { url, ca }, { path: "/report" });
          return JSON.parse(bodyOf(answer))[0];
        };
        await expect.poll(reports, { timeout: 60_000, interval: 500 }).toBeDefined();
        const { events, answers, protocol } = await reports();
        expect(protocol).toBe("h2");
        expect(answers).toEqual(["hello", "again"]);
        expect(events.slice(0, 3).map(([data]: [string]) => data)).toEqual(["event 0", "event 1", "event 2"]);
        const times = events.map(([, ms]: [string, number]) => ms);
        expect(times[1] - times[0]).toBeGreaterThan(400);
        expect(times[2] - times[1]).toBeGreaterThan(400);
      } finally {
        browser.kill("SIGKILL");
      }
    },
  );
});
