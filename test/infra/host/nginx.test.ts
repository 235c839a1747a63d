import { readFileSync } from "node:fs";
import { createServer, type IncomingHttpHeaders, type Server } from "node:http";
import { request } from "node:https";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { machineFiles, nginxConf } from "../../../infra/host/nginx.ts";
import { seconds } from "../../../infra/settings/duration.ts";
import { timeoutsOf } from "../../../infra/settings/timeouts.ts";
import { HOST } from "./example.ts";
import { NGINX, type NginxFolder, nginxFolder, pause } from "./real-nginx.ts";

describe("nginx.conf", () => {
  const conf = nginxConf(HOST);

  it("limits each address to the settings' figure", () => {
    expect(nginxConf({ ...HOST, requestsPerMinute: 600 })).toMatch(/rate=600r\/m;[\s\S]*burst=200 nodelay/);
    expect(conf).toMatch(/rate=150r\/m;[\s\S]*burst=50 nodelay/);
  });

  it.each(["1s", "60s", "5m", "1h"] as const)(
    "with app.timeout %s outlives the balancer's idle timeout, and gives up on the app before the balancer does",
    (timeout) => {
      const { balancer } = timeoutsOf(timeout);
      const patient = nginxConf({ ...HOST, app: { ...HOST.app, timeout } });
      for (const kept of [
        "keepalive_timeout",
        "client_header_timeout",
        "client_body_timeout",
        "send_timeout",
      ])
        expect(secondsOf(patient, kept)).toBeGreaterThan(balancer);
      for (const silent of ["proxy_read_timeout", "proxy_send_timeout"])
        expect([silent, secondsOf(patient, silent)]).toEqual([silent, seconds(timeout)]);
      expect(seconds(timeout)).toBeLessThan(balancer);
      // What an ALB takes (ALB User Guide, "Connection idle timeout").
      expect(balancer).toBeLessThanOrEqual(4000);
    },
  );

  it("closes what is open after a reload when the balancer would", () => {
    expect(
      secondsOf(nginxConf({ ...HOST, app: { ...HOST.app, drain: "2m" } }), "worker_shutdown_timeout"),
    ).toBe(120);
  });

  it("includes what belongs to the machine by relative path", () => {
    const included = [...conf.matchAll(/include (\S+);/g)].map(([, file]) => `/etc/nginx/${file}`);
    expect([...new Set(included)].sort()).toEqual(
      machineFiles(HOST)
        .map(({ path }) => path)
        .sort(),
    );
    expect(conf).not.toMatch(/\/(etc|var|run)\//);
  });

  it("adds headers at the server alone: one in a location would drop them all", () => {
    for (const location of conf.match(/location [^{]*\{[^}]*\}/g) ?? []) {
      expect(location).not.toContain("add_header");
    }
  });
});

/** What an application says for itself: one that a partner embeds, and that takes pictures. */
const OWN = {
  "x-frame-options": "SAMEORIGIN",
  "content-security-policy": "frame-ancestors https://partner.example.com",
  "referrer-policy": "no-referrer",
  "permissions-policy": "camera=(self)",
  "cross-origin-opener-policy": "same-origin-allow-popups",
};

/** Of the first of that name. */
function secondsOf(conf: string, directive: string): number {
  return Number(new RegExp(`^ *${directive} (\\d+)s;$`, "m").exec(conf)?.[1]);
}

describe.skipIf(!NGINX)(`the real nginx${NGINX ? "" : " (skipped: nginx is not installed)"}`, () => {
  let nginx: NginxFolder;
  let app: Server;
  const seen: IncomingHttpHeaders[] = [];
  const paths: (string | undefined)[] = [];
  let control = "";

  beforeAll(async () => {
    app = createServer((incoming, answer) => {
      seen.push(incoming.headers);
      paths.push(incoming.url);
      if (incoming.url?.startsWith("/broken")) return incoming.socket.destroy();
      answer.setHeader("x-track", "the app's own");
      if (incoming.url === "/kept") answer.setHeader("cache-control", control);
      if (incoming.url === "/embedded")
        for (const [name, value] of Object.entries(OWN)) answer.setHeader(name, value);
      answer.setHeader("content-type", "text/plain");
      answer.end("x".repeat(4096));
    });
    await new Promise<void>((resolve) => app.listen(0, "127.0.0.1", resolve));
    nginx = await nginxFolder(nginxConf(HOST), (app.address() as { port: number }).port);
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

  it("sends the security headers and the track once, also on an error", async () => {
    for (const path of ["/", "/broken"]) {
      const { headers } = await get(nginx.port, path);
      expect(headers["x-track"]).toBe("blue");
      expect(headers["strict-transport-security"]).toMatch(/^max-age=63072000/);
      expect(headers["x-content-type-options"]).toBe("nosniff");
      expect(headers["x-frame-options"]).toBe("DENY");
      expect(headers.server).toBe("nginx");
    }
  });

  it("leaves the app its own word on being embedded, on what it may use and on windows, each once", async () => {
    const { headers } = await get(nginx.port, "/embedded");
    expect(headers).toMatchObject(OWN);
    expect(headers["strict-transport-security"]).toMatch(/^max-age=63072000/);
    expect((await get(nginx.port, "/")).headers).toMatchObject({
      "x-frame-options": "DENY",
      "referrer-policy": "strict-origin-when-cross-origin",
      "permissions-policy": "camera=(), geolocation=(), microphone=()",
      "cross-origin-opener-policy": "same-origin",
    });
  });

  it("answers 502 with a page when the app breaks off, and tells its status in the log", async () => {
    const { status, body } = await get(nginx.port, "/broken?token=secret");
    expect(status).toBe(502);
    expect(body).toContain("Back in a moment");
    await pause(50);
    const lines = readFileSync(`${nginx.folder}/access.log`, "utf8").trim().split("\n");
    const entry = JSON.parse(lines.at(-1)!);
    expect(entry).toMatchObject({ track: "blue", status: 502, path: "/broken", method: "GET" });
    expect(lines.join()).not.toContain("secret");
  });

  it("compresses what is worth it", async () => {
    expect((await get(nginx.port, "/", { "accept-encoding": "gzip" })).headers["content-encoding"]).toBe(
      "gzip",
    );
  });

  it("keeps its connections to the app, and tells it the client's address and nothing forged", async () => {
    seen.length = 0;
    await get(nginx.port, "/", { "x-forwarded-for": "198.51.100.66, 203.0.113.9" });
    expect(seen[0]).toMatchObject({ "x-real-ip": "203.0.113.9", "x-forwarded-for": "203.0.113.9" });
    expect(seen[0]).toMatchObject({ "x-forwarded-proto": "https" });
    expect(seen[0]!.connection).not.toBe("close");
  });

  it("answers 429 to one address beyond its burst, never to another or on /health", async () => {
    const many = (path: string) =>
      Promise.all(
        Array.from({ length: 80 }, () => get(nginx.port, path, { "x-forwarded-for": "192.0.2.1" })),
      );
    const answers = await many("/");
    const statuses = answers.map(({ status }) => status);
    for (const { status, headers } of answers)
      expect([status, headers["retry-after"]]).toEqual(status === 429 ? [429, "1"] : [200, undefined]);
    expect(statuses.filter((status) => status === 200).length).toBeGreaterThanOrEqual(50);
    expect(statuses).toContain(429);
    expect((await get(nginx.port, "/", { "x-forwarded-for": "192.0.2.2" })).status).toBe(200);
    expect((await many("/health")).every(({ status }) => status === 200)).toBe(true);
  });

  it("asks the app for its health where the app has it", async () => {
    const elsewhere = { ...HOST, app: { ...HOST.app, healthPath: "/api/v1/ping" } };
    const other = await nginxFolder(nginxConf(elsewhere), (app.address() as { port: number }).port);
    await other.start();
    paths.length = 0;
    expect((await get(other.port, "/health")).status).toBe(200);
    await get(nginx.port, "/health?deep=1");
    await other.remove();
    expect(paths).toEqual(["/api/v1/ping", "/health?deep=1"]);
  });

  describe("to a browser", () => {
    const cookies = async (path: string, cookie = "", port = nginx.port) => {
      const { headers } = await get(port, path, cookie ? { cookie } : {});
      const set = [headers["set-cookie"] ?? []].flat();
      return Object.fromEntries(set.map((each) => [each.slice(0, each.indexOf("=")), each]));
    };
    const SESSION = "rollout-session=blue.01234567; Max-Age=1800; Path=/; Secure; HttpOnly; SameSite=None";

    it("says the version that it has met, anew with every answer, and a number once", async () => {
      const first = await cookies("/");
      expect(first["rollout-session"]).toBe(SESSION);
      const bucket =
        /^rollout-bucket=(\d\d)\.blue\.01234567; Max-Age=31536000; Path=\/; Secure; HttpOnly; SameSite=None$/;
      expect(first["rollout-bucket"]).toMatch(bucket);
      const known = "theme=dark; rollout-session=blue.01234567; rollout-bucket=07.green.89abcdef";
      expect(await cookies("/", known)).toEqual({ "rollout-session": SESSION });
      expect(Object.keys(await cookies("/", "rollout-bucket=7.x; my-rollout-bucket=07.x"))).toHaveLength(2);
    });

    it("gives numbers by chance: each tenth of them about as often", async () => {
      const numbers: RegExpMatchArray[] = [];
      while (numbers.length < 1000) {
        const asked = Array.from({ length: 20 }, async (_, index) => {
          const address = `198.51.${(numbers.length + index) % 250}.7`;
          const { headers } = await get(nginx.port, "/", { "x-forwarded-for": address });
          return [headers["set-cookie"] ?? []]
            .flat()
            .join()
            .match(/rollout-bucket=(\d)(\d)/)!;
        });
        numbers.push(...(await Promise.all(asked)));
      }
      for (const place of [1, 2])
        for (let digit = 0; digit < 10; digit += 1) {
          // 100 expected, standard deviation 9.5: beyond six of them once in a billion.
          const count = numbers.filter((each) => each[place] === String(digit)).length;
          expect(Math.abs(count - 100), `${digit}`).toBeLessThan(57);
        }
    });

    it("says nothing with a failure, which would hold it there", async () => {
      expect(await cookies("/broken")).toEqual({});
    });

    it("says nothing with what a cache before the balancer may hand to others, where one is", async () => {
      for (const [said, told] of [
        ["public", 0],
        ["max-age=60", 0],
        ["s-maxage=60", 0],
        ["max-age=0", 2],
        ["private, max-age=60", 2],
        ["no-cache", 2],
      ] as const) {
        control = said;
        const here = Object.keys(await cookies("/kept"));
        expect(here, `${said}, nothing before the balancer`).toHaveLength(2);
        expect(Object.keys(await cookies("/kept", "", behind.port)), said).toHaveLength(told);
      }
    });

    it("says nothing where stickiness is none", async () => {
      expect(nginxConf({ ...HOST, stickiness: "none" })).not.toMatch(/rollout-(session|bucket)/);
    });

    let behind: NginxFolder;
    beforeAll(async () => {
      const conf = nginxConf({ ...HOST, proxies: ["203.0.113.0/24"] });
      behind = await nginxFolder(conf, (app.address() as { port: number }).port);
      await behind.start();
    });
    afterAll(() => behind.remove());
  });

  it("believes a proxy before the balancer that config names, and no other", async () => {
    const behind = await nginxFolder(
      nginxConf({ ...HOST, proxies: ["203.0.113.0/24"] }),
      (app.address() as { port: number }).port,
    );
    await behind.start();
    seen.length = 0;
    for (const chain of ["192.0.2.66, 198.51.100.7, 203.0.113.5", "198.51.100.7, 203.0.114.5"])
      await get(behind.port, "/", { "x-forwarded-for": chain });
    await behind.remove();
    expect(seen.map((headers) => headers["x-forwarded-for"])).toEqual(["198.51.100.7", "203.0.114.5"]);
  });

  it("asks for the health by the stack's name, whatever address the balancer asked", async () => {
    seen.length = 0;
    await get(nginx.port, "/health", { host: "10.30.7.1" });
    await get(nginx.port, "/healthy", { host: "10.30.7.1" });
    expect(seen.map(({ host }) => host)).toEqual([HOST.domain, "10.30.7.1"]);
  });

  it("refuses TLS 1.1", async () => {
    await expect(
      get(nginx.port, "/", {}, { minVersion: "TLSv1.1", maxVersion: "TLSv1.1" }),
    ).rejects.toThrow();
    expect((await get(nginx.port, "/", {}, { maxVersion: "TLSv1.2" })).status).toBe(200);
  });
});

function get(
  port: number,
  path: string,
  headers = {},
  tls = {},
): Promise<{ status: number; headers: IncomingHttpHeaders; body: string }> {
  return new Promise((resolve, reject) => {
    // Self-signed, on loopback, made for this test.
    request({ host: "127.0.0.1", port, path, headers, rejectUnauthorized: false, agent: false, ...tls })
      .on("error", reject)
      .on("response", (answer) => {
        let body = "";
        answer.on("data", (chunk) => {
          body += chunk;
        });
        answer.on("end", () => resolve({ status: answer.statusCode!, headers: answer.headers, body }));
      })
      .end();
  });
}
