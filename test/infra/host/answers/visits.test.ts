import { execFile } from "node:child_process";
import { copyFileSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { createServer, type Server } from "node:http";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { nginxConf } from "../../../../infra/host/nginx.ts";
import { VISITS } from "../../../../infra/sessions/visits.ts";
import { AccessLogReader } from "../../../../rollout/platforms/rehearsal/rollout/access-logs.ts";
import { until } from "../../../../rollout/waiting.ts";
import { chromium, skipped } from "../../../support/browser.ts";
import { Browser } from "../../../support/devtools.ts";
import { HOST } from "../example.ts";
import { NGINX, type NginxFolder, nginxFolder, pause } from "../real-nginx.ts";
import { counting, PYTHON_THERE } from "./counting.ts";

// What counts as a session: real browsers, curl with cookies and without, and a load by it, at a real nginx. What a server's
// program counts of its log and what the rehearsal counts of it are the same.

const PARTS = { "/a.css": "text/css", "/b.js": "text/javascript", "/c.svg": "image/svg+xml" };
const PAGE = `<!doctype html><title>page</title><link rel="icon" href="data:,"><link rel="stylesheet" href="/a.css">
<script src="/b.js"></script><img src="/c.svg" alt="">`;

describe.skipIf(!NGINX)("a session", () => {
  const own = mkdtempSync(join(tmpdir(), "rollout-visits-"));
  let app: Server;
  let nginx: NginxFolder;

  beforeAll(async () => {
    app = createServer(({ url = "" }, answer) => {
      const type = PARTS[url as keyof typeof PARTS] ?? "text/html";
      answer.writeHead(url === "/broken" ? 500 : 200, { "content-type": type, "cache-control": "no-store" });
      answer.end(
        type === "text/html"
          ? PAGE
          : type === "image/svg+xml"
            ? '<svg xmlns="http://www.w3.org/2000/svg"/>'
            : "",
      );
    });
    await new Promise<void>((resolve) => app.listen(0, "127.0.0.1", resolve));
    const { port } = app.address() as { port: number };
    nginx = await nginxFolder(nginxConf({ ...HOST, requestsPerMinute: 100_000 }), port);
    await nginx.start();
  });
  afterAll(async () => {
    app.closeAllConnections();
    app.close();
    await nginx.remove();
    rmSync(own, { recursive: true });
  });

  const url = () => `https://${HOST.domain}:${nginx.port}`;
  const curl = (...args: string[]) =>
    promisify(execFile)("curl", [
      ...["--silent", "--show-error", "--insecure", "--output", "/dev/null"],
      ...["--resolve", `${HOST.domain}:${nginx.port}:127.0.0.1`],
      ...args,
    ]);

  /** What the rehearsal counts of what is done, and of how many requests. */
  async function counted(work: () => Promise<unknown>) {
    const log = join(nginx.folder, "blue-1.access.log");
    const reader = new AccessLogReader(nginx.folder, 500);
    const sums = () => {
      const all = { first: 0, again: 0, held: 0, requests: 0 };
      for (const { counts } of reader.read()) {
        all.requests += counts.requests;
        for (const visit of VISITS) if (visit !== "led") all[visit] += counts.sessions?.[visit] ?? 0;
      }
      return all;
    };
    copyFileSync(join(nginx.folder, "access.log"), log);
    sums();
    await work();
    await pause(200);
    copyFileSync(join(nginx.folder, "access.log"), log);
    return sums();
  }

  it("is none of a client that keeps no cookies, however often it comes", async () => {
    const load = () => curl("--parallel", "--parallel-max", "10", `${url()}/[1-200]`);
    expect(await counted(load)).toEqual({ first: 0, again: 0, held: 0, requests: 200 });
  });

  it("of a client that keeps them, such as an app's, is seen in what it asks for, and begins unseen", async () => {
    const jar = join(own, "jar");
    const visit = () => curl("--cookie", jar, "--cookie-jar", jar, `${url()}/`);
    const work = async () => {
      for (let time = 0; time < 4; time += 1) await visit();
    };
    expect(await counted(work)).toEqual({ first: 0, again: 0, held: 3, requests: 4 });
  });

  it.skipIf(!chromium)(
    `${skipped}of a browser begins once, whatever its page loads, and again when it was idle`,
    async () => {
      const flags = [`--host-resolver-rules=MAP ${HOST.domain} 127.0.0.1`, "--ignore-certificate-errors"];
      const browser = await Browser.open(own, flags);
      const visit = async () => {
        const page = await browser.page(`${url()}/`);
        expect(page.complaints).toEqual([]);
        expect(page.answers).toHaveLength(4);
      };
      const first = await counted(visit);
      const second = await counted(visit);
      const { cookies } = await browser.send<{ cookies: { name: string }[] }>("Storage.getCookies");
      await browser.send("Storage.clearCookies");
      const kept = cookies.filter(({ name }) => name === "rollout-bucket");
      await browser.send("Storage.setCookies", { cookies: kept });
      const idle = await counted(visit);
      await browser.send("Storage.clearCookies");
      await browser.send("Storage.setCookies", { cookies: cookies.filter((each) => !kept.includes(each)) });
      const given = await counted(visit);
      await browser.send("Storage.clearCookies");
      const leading = { name: "rollout-track", value: "green", url: url() };
      await browser.send("Storage.setCookies", { cookies: [leading] });
      const led = await counted(visit);
      await browser.close();
      expect(kept).toHaveLength(1);
      expect(first).toEqual({ first: 1, again: 0, held: 3, requests: 4 });
      expect(second).toEqual({ first: 0, again: 0, held: 4, requests: 4 });
      expect(idle).toEqual({ first: 0, again: 1, held: 3, requests: 4 });
      // Somebody else has given it the session, and it never had a number.
      expect(given).toEqual({ first: 1, again: 0, held: 3, requests: 4 });
      expect(led).toEqual({ first: 0, again: 0, held: 0, requests: 4 });
    },
    60_000,
  );

  it("of an older browser begins with a page, too, and not with what only looks like one", async () => {
    const older = () => curl("--header", "Upgrade-Insecure-Requests: 1", `${url()}/`);
    const part = () =>
      curl("--header", "Upgrade-Insecure-Requests: 1", "--header", "Sec-Fetch-Mode: cors", `${url()}/a.css`);
    expect(await counted(older)).toEqual({ first: 1, again: 0, held: 0, requests: 1 });
    expect(await counted(part)).toEqual({ first: 0, again: 0, held: 0, requests: 1 });
    const led = () =>
      curl("--header", "Upgrade-Insecure-Requests: 1", "--header", "x-rollout-track: green", `${url()}/`);
    expect(await counted(led)).toEqual({ first: 0, again: 0, held: 0, requests: 1 });
  });

  it.skipIf(!PYTHON_THERE)("is counted the same by the servers' program", async () => {
    await curl(
      "--header",
      "Upgrade-Insecure-Requests: 1",
      "--cookie",
      "rollout-bucket=07.red.00000000",
      `${url()}/`,
    );
    await pause(200);
    // Two browsers behind one address: what each repeats of its errors is told, and what it asks for meanwhile.
    const held = (number: string) => [
      "--cookie",
      `rollout-bucket=${number}.red.00000000; rollout-session=blue.01234567`,
    ];
    for (const number of ["07", "07", "08", "07"]) await curl(...held(number), `${url()}/broken`);
    await curl(...held("07"), `${url()}/`);
    await curl(`${url()}/broken`);
    await curl(`${url()}/broken`);
    await pause(200);
    const logged = readFileSync(join(nginx.folder, "access.log"), "utf8")
      .trim()
      .split("\n")
      .map((line) => JSON.parse(line).session as string);
    const of = (visit: string) => logged.filter((each) => each === visit).length;
    const program = counting(nginx.folder);
    const all = async () => program.sums().Answers === logged.length;
    expect(await until({ everyMs: 100, withinMs: 10_000 }, all)).toBe(true);
    expect(of("again")).toBeGreaterThan(0);
    expect(program.sums()).toMatchObject({
      Sessions: of("first") + of("again"),
      FirstVisits: of("first"),
      HeldRequests: of("held"),
      RepeatedRequests: 3,
      RepeatedErrors: 2,
    });
    copyFileSync(join(nginx.folder, "access.log"), join(nginx.folder, "blue-1.access.log"));
    const seen = new AccessLogReader(nginx.folder, 500).read().map(({ counts: { repeated } }) => repeated);
    const repeated = (["total", "bad"] as const).map((what) =>
      seen.reduce((sum, each) => sum + (each?.[what] ?? 0), 0),
    );
    expect(repeated).toEqual([3, 2]);
    await program.stop();
  });
});

it("isn't counted, and its part of the log not written, where nobody is held", () => {
  expect(nginxConf(HOST)).toContain('"session":"$visit"');
  expect(nginxConf({ ...HOST, stickiness: "none" })).not.toMatch(/\$visit|\$led/);
});
