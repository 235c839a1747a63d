import { readFileSync } from "node:fs";
import { createServer, type Server } from "node:http";
import { createRequire } from "node:module";
import type { AddressInfo } from "node:net";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { Agent, request, WebSocket } from "undici";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { nginxConf } from "../../../../infra/host/nginx.ts";
import { type LongEvent, longEventIn, longSteps } from "../../../../rollout/view/long-connections.ts";
import { foreignModule, foreignSkipped, hasForeign } from "../../../rehearsal/foreign.ts";
import { HOST } from "../example.ts";
import { NGINX, type NginxFolder, nginxFolder } from "../real-nginx.ts";

// A real nginx writes down what stays open for long: the sockets of ws, and event streams of Node's own server.

describe.skipIf(!NGINX || !hasForeign)(`${foreignSkipped}what stays open for long`, () => {
  const { Server: Sockets } = createRequire(import.meta.url)(foreignModule("ws"));
  let app: Server;
  let nginx: NginxFolder;
  const agent = new Agent({ connect: { rejectUnauthorized: false } });

  beforeAll(async () => {
    app = createServer(({ url = "" }, answer) => {
      if (url !== "/events") return void answer.writeHead(url === "/none" ? 404 : 200).end("whole");
      answer.writeHead(200, { "content-type": "text/event-stream" });
      answer.write("data: 1\n\n");
    });
    new Sockets({ server: app, path: "/live" });
    await new Promise<void>((resolve) => app.listen(0, "127.0.0.1", resolve));
    nginx = await nginxFolder(nginxConf(HOST), (app.address() as AddressInfo).port);
    await nginx.start();
  });
  afterAll(async () => {
    await agent.destroy();
    app.closeAllConnections();
    app.close();
    await nginx.remove();
  });

  const headers = (address: string) => ({ "x-forwarded-for": address, "user-agent": "test" });
  const lines = (log: string) => readFileSync(join(nginx.folder, log), "utf8").split("\n").filter(Boolean);
  const events = () => lines("long.log").map((line) => longEventIn(line)!);
  const seen = (of: LongEvent[]) => of.map(({ is, client }) => `${is} ${client}`);

  async function socket(address: string): Promise<WebSocket> {
    const opened = new WebSocket(`wss://127.0.0.1:${nginx.port}/live`, {
      dispatcher: agent,
      headers: headers(address),
    });
    await new Promise((resolve) => opened.addEventListener("open", resolve));
    return opened;
  }
  async function ask(path: string, accept: string, signal?: AbortSignal) {
    const origin = `https://127.0.0.1:${nginx.port}`;
    const answer = await request(`${origin}${path}`, {
      dispatcher: agent,
      headers: { ...headers("198.51.100.9"), accept },
      ...(signal && { signal }),
    });
    answer.body.on("error", () => {});
    return answer;
  }

  test("is told when it is opened, and again when it has ended", async () => {
    const begun = Date.now();
    const first = await socket("198.51.100.1");
    await expect.poll(() => seen(events())).toEqual(["opened socket 198.51.100.1 test /live"]);
    first.close();
    await expect.poll(() => events().length).toBe(2);
    await sleep(200);
    const again = await socket("198.51.100.1");
    await expect.poll(() => events().length).toBe(3);
    const [step] = longSteps(events(), [{ at: begun - 1000, step: "50 %" }]);
    expect(step).toMatchObject({ step: "50 %", opened: 2, cut: 1, left: 0, open: 1 });
    expect(step!.longestMs).toBeGreaterThan(150);
    expect(step!.longestMs).toBeLessThan(5000);
    again.close();
  });

  test("is a stream too; what isn't opened is refused, and all else is no line", async () => {
    await expect.poll(() => events().length).toBe(4);
    const ending = new AbortController();
    await ask("/events", "text/event-stream", ending.signal);
    await expect.poll(() => seen(events()).at(-1)).toBe("opened events 198.51.100.9 test /events");
    ending.abort();
    await expect.poll(() => seen(events()).at(-1)).toBe("ended events 198.51.100.9 test /events");
    await (await ask("/none", "text/event-stream")).body.dump();
    await expect
      .poll(() => seen(events()).slice(-2))
      .toEqual(["opened events 198.51.100.9 test /none", "refused events 198.51.100.9 test /none"]);
    await (await ask("/page", "text/html")).body.dump();
    expect((await ask("/.rollout/opened", "text/event-stream")).statusCode).toBe(404);
    expect(longSteps(events(), [{ at: 0, step: "all" }])[0]).toMatchObject({ opened: 3, open: 0 });
  });

  test("doesn't change what the access log says: each request has its own line and status", async () => {
    await expect
      .poll(() =>
        lines("access.log")
          .map((line) => JSON.parse(line))
          .map(({ path, status }) => `${path} ${status}`),
      )
      .toEqual(["/live 101", "/live 101", "/events 200", "/none 404", "/page 200"]);
  });
});
