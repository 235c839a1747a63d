import { mkdirSync, symlinkSync, writeFileSync } from "node:fs";
import { createServer, type Server } from "node:http";
import { request } from "node:https";
import { dirname, join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { assetFiles } from "../../../infra/host/assets/assets.ts";
import { cloudInit, hostFiles } from "../../../infra/host/cloud-init.ts";
import { machineFiles, nginxConf } from "../../../infra/host/nginx.ts";
import { HOST } from "./example.ts";
import { NGINX, type NginxFolder, nginxFolder } from "./real-nginx.ts";

const ASSETS = [
  { path: "/assets/", folder: "dist/assets" },
  { path: "/_next/static/", folder: ".next/static" },
];
const WITH = { ...HOST, assetsBucket: "production-assets-1", app: { ...HOST.app, assets: ASSETS } };
const PLACE = { region: "eu-south-2", bucket: "b", key: "k", version: "v", digest: "d" };

describe("the servers' files", () => {
  it("have nothing of assets where the app names none", () => {
    expect(assetFiles(HOST)).toEqual([]);
    expect(JSON.stringify([hostFiles(HOST), cloudInit(HOST.app, PLACE)])).not.toMatch(/assets/);
  });

  it("bring the image's before the app starts, and go on without", () => {
    const content = (path: string) => hostFiles(WITH).find((each) => each.path === path)!.content;
    const steps = content("/etc/systemd/system/rollout-app.service").match(/^Exec.*$/gm)!;
    expect(steps.slice(0, 3)).toEqual([
      "ExecStartPre=+/usr/local/sbin/rollout-env",
      "ExecStartPre=+/usr/local/sbin/rollout-pull",
      "ExecStartPre=+-/usr/bin/systemctl start rollout-assets.service",
    ]);
    expect(content("/usr/local/sbin/rollout-boot")).toContain("rollout-assets.timer");
    expect(content("/etc/systemd/system/rollout-assets.timer")).toContain("OnUnitInactiveSec=60\n");
    expect(content("/etc/nginx/machine/assets.conf")).toBe("root /var/lib/rollout/assets;\n");
    expect(cloudInit(WITH.app, PLACE)).toContain("- python3-boto3\n");
  });

  it("have each file that nginx includes, and add headers at the server alone", () => {
    const included = [...nginxConf(WITH).matchAll(/include (\S+);/g)].map(([, file]) => `/etc/nginx/${file}`);
    expect([...new Set(included)].sort()).toEqual(
      machineFiles(WITH)
        .map(({ path }) => path)
        .sort(),
    );
    for (const location of nginxConf(WITH).match(/location [^{]*\{[^}]*\}/g)!)
      expect(location).not.toContain("add_header");
  });
});

describe.skipIf(!NGINX)(`the real nginx${NGINX ? "" : " (skipped: nginx is not installed)"}`, () => {
  let nginx: NginxFolder;
  let app: Server;
  const asked: string[] = [];
  const script = `export const old = ${JSON.stringify("x".repeat(4096))};\n`;

  beforeAll(async () => {
    // An app of one page: what it doesn't know is its page.
    app = createServer((incoming, answer) => {
      asked.push(`${incoming.method} ${incoming.url}`);
      answer.setHeader("content-type", "text/html");
      answer.setHeader("cache-control", "no-cache");
      answer.end("<title>the page</title>");
    });
    await new Promise<void>((resolve) => app.listen(0, "127.0.0.1", resolve));
    nginx = await nginxFolder(nginxConf(WITH), (app.address() as { port: number }).port);
    const put = (path: string, content = script) => {
      const file = join(nginx.folder, "assets", path);
      mkdirSync(dirname(file), { recursive: true });
      writeFileSync(file, content);
    };
    for (const name of ["old-1a2b.js", "old.css", "old.mjs", "old.woff2", "old.bin", "odd [a] ñ.js"])
      put(`kept/assets/${name}`);
    put("kept/_next/static/chunks/page-1.js");
    put("kept/elsewhere/x.js");
    put("own/assets/own.js");
    put("secret.txt");
    symlinkSync(join(nginx.folder, "assets/secret.txt"), join(nginx.folder, "assets/kept/assets/link.js"));
    symlinkSync(join(nginx.folder, "assets/own"), join(nginx.folder, "assets/kept/assets/out"));
    await nginx.start();
  });
  afterAll(async () => {
    await nginx.remove();
    app.closeAllConnections();
    app.close();
  });

  it("accepts the configuration", () => {
    expect(() => nginx.check()).not.toThrow();
  });

  it.each([
    ["/assets/old-1a2b.js", "application/javascript; charset=utf-8"],
    ["/assets/old.css", "text/css; charset=utf-8"],
    ["/assets/old.mjs", "application/javascript; charset=utf-8"],
    ["/assets/old.woff2", "font/woff2"],
    ["/assets/old.bin", "application/octet-stream"],
    ["/assets/odd%20%5Ba%5D%20%C3%B1.js", "application/javascript; charset=utf-8"],
    ["/_next/static/chunks/page-1.js?dpl=1", "application/javascript; charset=utf-8"],
  ])("finds %s of another version, for good, with every header that an answer has", async (path, type) => {
    asked.length = 0;
    for (const method of ["GET", "HEAD"]) {
      const { status, headers, body } = await send(method, path);
      expect([status, body]).toEqual([200, method === "GET" ? script : ""]);
      expect(headers).toMatchObject({
        "content-type": type,
        "cache-control": "public, max-age=31536000, immutable",
        "x-content-type-options": "nosniff",
        "x-frame-options": "DENY",
        "x-track": "blue",
        "strict-transport-security": expect.any(String),
      });
    }
    expect(asked).toEqual([]);
  });

  it("gives parts, says that nothing has changed, and compresses", async () => {
    const path = "/assets/old-1a2b.js";
    const part = await send("GET", path, { range: "bytes=0-5" });
    expect([part.status, part.body]).toEqual([206, "export"]);
    const { headers } = await send("GET", path);
    const again = await send("GET", path, { "if-none-match": headers.etag! });
    expect([again.status, again.headers["cache-control"]]).toEqual([304, headers["cache-control"]]);
    const small = await send("GET", path, { "accept-encoding": "gzip" });
    expect(small.headers["content-encoding"]).toBe("gzip");
  });

  it.each([
    ["GET", "/assets/own.js", "what the own version has, or nobody"],
    ["POST", "/assets/old-1a2b.js", "what isn't a read"],
    ["OPTIONS", "/assets/old-1a2b.js", "what isn't a read"],
    ["GET", "/assets/", "a folder"],
    ["GET", "/_next/static/chunks", "a folder"],
    ["GET", "/assets", "another path"],
    ["GET", "/elsewhere/x.js", "another path"],
    ["GET", "/kept/assets/old-1a2b.js", "the folder's own path"],
    ["GET", "/assets/..%2fsecret.txt", "a way out"],
    ["GET", "/assets/%2e%2e/kept/assets/old.css", "a way out"],
    ["GET", "/assets/out/assets/own.js", "a link"],
    ["GET", "/assets/new%20%C3%B1/x.js?a=%20b", "what nobody brought"],
  ])("asks the app for %s %s as it came: %s", async (method, path) => {
    asked.length = 0;
    const { status, headers } = await send(method, path);
    expect([status, headers["cache-control"]]).toEqual([200, "no-cache"]);
    expect(asked).toEqual([`${method} ${path}`]);
  });

  it("sets no session with it where a cache may stand before the balancer", async () => {
    const cached = await nginxFolder(nginxConf({ ...WITH, proxies: ["203.0.113.0/24"] }), 9);
    const file = join(cached.folder, "assets/kept/assets/old.js");
    mkdirSync(dirname(file), { recursive: true });
    writeFileSync(file, script);
    await cached.start();
    const cookiesOf = async (port: number) =>
      (await send("GET", "/assets/old.js", {}, port)).headers["set-cookie"];
    const without = await cookiesOf(cached.port);
    await cached.remove();
    expect(without).toBeUndefined();
    expect((await send("GET", "/assets/old.css")).headers["set-cookie"]).toHaveLength(2);
  });

  it("never follows a link", async () => {
    const { status, headers, body } = await send("GET", "/assets/link.js");
    expect([status, headers["cache-control"]]).not.toContain("public, max-age=31536000, immutable");
    expect(body).not.toContain("old");
  });

  it("limits an address as for all else, and has nobody keep that answer", async () => {
    const path = "/assets/old.css";
    const from = { "x-forwarded-for": "192.0.2.9" };
    const answers = await Promise.all(Array.from({ length: 90 }, () => send("GET", path, from)));
    const refused = answers.filter(({ status }) => status === 429);
    expect(refused.length).toBeGreaterThan(10);
    for (const { headers } of refused) expect(headers["cache-control"]).toBeUndefined();
  });

  function send(method: string, path: string, headers: Record<string, string> = {}, port = nginx.port) {
    return new Promise<{ status: number; headers: Record<string, string | undefined>; body: string }>(
      (resolve, reject) => {
        request({ port, host: "127.0.0.1", method, path, headers, rejectUnauthorized: false })
          .on("error", reject)
          .on("response", (answer) => {
            let body = "";
            answer.on("data", (chunk) => {
              body += chunk;
            });
            answer.on("end", () =>
              resolve({ status: answer.statusCode!, headers: answer.headers as never, body }),
            );
          })
          .end();
      },
    );
  }
});
