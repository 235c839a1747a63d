import { readFileSync } from "node:fs";
import {
  createServer as createPlainServer,
  type IncomingHttpHeaders,
  type RequestListener,
  type Server,
  type ServerResponse,
} from "node:http";
import { createServer as createTlsServer } from "node:https";
import type { AddressInfo } from "node:net";
import type { Weights } from "../../rollout/platforms/platform.ts";
import type { Certificates } from "../../rollout/platforms/rehearsal/machine/authority.ts";

/** Those that nginx puts on every answer and the checklist looks for (infra/host/nginx.ts). */
const HEADERS = {
  "strict-transport-security": "max-age=63072000; includeSubDomains",
  "content-security-policy": "default-src 'self'; frame-ancestors 'none'",
  "x-content-type-options": "nosniff",
  "referrer-policy": "strict-origin-when-cross-origin",
};
/** Those of ELBSecurityPolicy-TLS13-1-2-Res-2021-06 that an EC key can have; TLS 1.3 has its own. */
const SUITES = "ECDHE-ECDSA-AES128-GCM-SHA256:ECDHE-ECDSA-AES256-GCM-SHA384";

/** Coprime to 100: in a hundred users every place comes once. */
const SPREAD = 37;

/**
 * The stack's public name with the sample app behind it: who names a track by header gets that track's answer, users get
 * them by weight. While the web firewall is closed only those get through who show the operators' token.
 */
export class Door {
  /** What each track answers on /version. */
  readonly versions: Record<string, string> = {};
  /** What the firewall asks for, read anew for each request; undefined: it is open. */
  token: () => string | undefined = () => undefined;
  /** The split, read anew for each user. */
  weights: () => Promise<Weights> = async () => ({});
  readonly #servers: Server[];
  #users = 0;

  private constructor(certificates: Certificates) {
    const [cert, key] = [readFileSync(certificates.certFile), readFileSync(certificates.keyFile)];
    const options = { cert, key, minVersion: "TLSv1.2", ciphers: SUITES, honorCipherOrder: true } as const;
    this.#servers = [createPlainServer(redirect), createTlsServer(options, this.#answer)];
  }

  static async open(certificates: Certificates): Promise<Door> {
    const door = new Door(certificates);
    const listening = (server: Server) => new Promise<void>((done) => server.listen(0, "127.0.0.1", done));
    await Promise.all(door.#servers.map(listening));
    return door;
  }

  /** Of the loopback, by those that people know. */
  get ports(): Record<string, number> {
    const [plain, tls] = this.#servers.map((server) => (server.address() as AddressInfo).port);
    return { 80: plain!, 443: tls! };
  }

  close(): void {
    for (const server of this.#servers) {
      server.close();
      server.closeAllConnections();
    }
  }

  readonly #answer: RequestListener = ({ url, headers }, response) => {
    const token = this.token();
    if (token !== undefined && headers["x-rollout-operator"] !== token)
      return void response.writeHead(503, { "retry-after": "300" }).end("<!doctype html>");
    void this.#trackFor(headers).then((track) => this.#serve(url, track, response));
  };

  /** Users in turn, each so often that the shares come out. */
  async #trackFor(headers: IncomingHttpHeaders): Promise<string> {
    const asked = headers["x-rollout-track"];
    if (asked !== undefined) return String(asked);
    const place = (this.#users++ * SPREAD) % 100;
    const weights = Object.entries(await this.weights());
    const upTo = (last: number) => weights.slice(0, last + 1).reduce((sum, [, share]) => sum + share, 0);
    return weights.find((_, index) => place < upTo(index))?.[0] ?? "";
  }

  #serve(url: string | undefined, track: string, response: ServerResponse): void {
    const checks = { database: { ok: true }, cache: { ok: true } };
    for (const [name, value] of Object.entries({ ...HEADERS, "x-track": track }))
      response.setHeader(name, value);
    switch (url) {
      case "/health":
        return void response.end(JSON.stringify({ status: "ok", checks }));
      case "/version":
        return void response.end(JSON.stringify({ version: this.versions[track] }));
      case "/quotes":
        return void response.writeHead(201, { location: "/quotes/1" }).end();
      default:
        response.writeHead(200, { "content-type": "text/html" }).end("<!doctype html>");
    }
  }
}

const redirect: RequestListener = ({ headers, url }, response) => {
  response.writeHead(301, { location: `https://${headers.host}${url}` }).end();
};
