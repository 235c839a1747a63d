import { once } from "node:events";
import { createServer, request, type Server } from "node:http";
import type { AddressInfo, Socket } from "node:net";
import { afterEach, beforeEach, expect, it } from "vitest";
import { Between, type Trouble } from "../../../../rollout/drill/alarms/faults/between.ts";

let app: Server;
let between: Between;

beforeEach(async () => {
  app = createServer(async (request, response) => {
    let body = "";
    for await (const chunk of request) body += chunk;
    response
      .writeHead(201, { "x-seen": `${request.method} ${request.url} ${request.headers.host}` })
      .end(body);
  });
  app.on("upgrade", (_, socket) => {
    socket.write("HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\n");
    socket.pipe(socket);
  });
  app.listen(0, "127.0.0.1");
  await once(app, "listening");
});
afterEach(async () => {
  await between.close();
  app.closeAllConnections();
  app.close();
});

async function stand(trouble: Trouble): Promise<string> {
  between = await Between.open((app.address() as AddressInfo).port, "/up", trouble);
  return `http://127.0.0.1:${between.port}`;
}

it("answers in the app's place, but not the health checks", async () => {
  const url = await stand({ status: 500 });
  expect((await fetch(`${url}/orders`, { method: "POST", body: "x".repeat(100_000) })).status).toBe(500);
  expect((await fetch(`${url}/up`)).status).toBe(201);
});

it("passes all on as it is, later", async () => {
  const url = await stand({ delayMs: 300 });
  const begun = performance.now();
  const answer = await fetch(`${url}/orders?a=b`, { method: "POST", body: "body" });
  expect(performance.now() - begun).toBeGreaterThanOrEqual(295);
  expect([answer.status, answer.headers.get("x-seen"), await answer.text()]).toEqual([
    201,
    `POST /orders?a=b ${new URL(url).host}`,
    "body",
  ]);
  const quick = performance.now();
  await fetch(`${url}/up`);
  expect(performance.now() - quick).toBeLessThan(250);
});

it("lets sockets through", async () => {
  const asked = request(await stand({ status: 500 }), {
    headers: { connection: "Upgrade", upgrade: "websocket" },
  });
  asked.end();
  const [answer, socket] = (await once(asked, "upgrade")) as [{ statusCode: number }, Socket];
  expect(answer.statusCode).toBe(101);
  socket.write("hello");
  expect(String((await once(socket, "data"))[0])).toBe("hello");
  socket.destroy();
});
