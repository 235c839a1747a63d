import { createServer, type IncomingMessage, request, type Server, type ServerResponse } from "node:http";
import { type AddressInfo, connect, type Socket } from "node:net";
import { setTimeout as sleep } from "node:timers/promises";

/** What goes wrong on the way. */
export type Trouble = { status: number } | { delayMs: number };

/** What is under way when it is closed has so long, in milliseconds. */
const GRACE_MS = 2_000;

/**
 * Stands on the network between nginx and an app, and makes trouble of what passes, all but the health checks: the servers
 * are to stay in. Sockets pass as they are.
 */
export class Between {
  readonly #server: Server;

  private constructor(server: Server) {
    this.#server = server;
  }

  static async open(appPort: number, healthPath: string, trouble: Trouble): Promise<Between> {
    const server = createServer((incoming, outgoing) => {
      void pass(incoming, outgoing, { appPort, healthPath, trouble });
    });
    server.on("upgrade", (incoming: IncomingMessage, socket: Socket, head: Buffer) => {
      const app = connect(appPort, "127.0.0.1", () => {
        const lines = pairs(incoming.rawHeaders).map(([name, value]) => `${name}: ${value}`);
        app.write(`${[`${incoming.method} ${incoming.url} HTTP/1.1`, ...lines].join("\r\n")}\r\n\r\n`);
        app.write(head);
        app.pipe(socket).pipe(app);
      });
      for (const [one, other] of [
        [app, socket],
        [socket, app],
      ] as const)
        one.once("error", () => other.destroy());
    });
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    return new Between(server);
  }

  get port(): number {
    return (this.#server.address() as AddressInfo).port;
  }

  async close(): Promise<void> {
    const closed = new Promise((resolve) => this.#server.close(resolve));
    this.#server.closeIdleConnections();
    await Promise.race([closed, sleep(GRACE_MS)]);
    this.#server.closeAllConnections();
  }
}

interface Way {
  appPort: number;
  healthPath: string;
  trouble: Trouble;
}

async function pass(
  incoming: IncomingMessage,
  outgoing: ServerResponse,
  { appPort, healthPath, trouble }: Way,
): Promise<void> {
  const isHealth = incoming.url?.split("?")[0] === healthPath;
  if (!isHealth && "status" in trouble) {
    incoming.resume();
    outgoing.writeHead(trouble.status, { "content-type": "text/plain" }).end("a drill\n");
    return;
  }
  if (!isHealth && "delayMs" in trouble) await sleep(trouble.delayMs);
  const { method, url, headers } = incoming;
  const asked = request({ host: "127.0.0.1", port: appPort, method, path: url, headers, agent: false });
  asked.once("response", (answer) => {
    outgoing.writeHead(answer.statusCode ?? 502, answer.rawHeaders);
    answer.pipe(outgoing);
  });
  asked.once("error", () => outgoing.destroy());
  outgoing.once("close", () => asked.destroy());
  incoming.pipe(asked);
}

function pairs(raw: readonly string[]): [string, string][] {
  return raw.flatMap((name, index) => (index % 2 === 0 ? [[name, raw[index + 1] ?? ""]] : []));
}
