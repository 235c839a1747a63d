import { readFileSync } from "node:fs";
import { Pool } from "undici";
import type { Shot, ShotReply } from "./shot.ts";

/** Where the load goes. */
export interface Target {
  /** Where to connect, such as `https://127.0.0.1:8443`. */
  url: string;
  /** The name the server is asked for, in TLS and in the Host header. */
  domain: string;
  /** The certificate authority to trust, in PEM; the system's when left out. */
  caFile?: string;
}

/** AWS's managed rules block requests without one (NoUserAgent_HEADER). */
const USER_AGENT = "rollout-load";

export interface Client {
  /** @throws {Error} when no whole answer comes in time */
  send(shot: Shot): Promise<ShotReply>;
  close(): Promise<void>;
}

/**
 * HTTPS with connections that are kept and reused, as a browser's are. Nothing is ever retried: a request that is lost
 * is to be seen.
 *
 * @param connections the most at once; requests beyond would queue unseen, so it is the load's bound of requests in flight
 * @param timeoutMs how long connecting, the headers and the body may take, each
 */
export function openClient(target: Target, connections: number, timeoutMs: number): Client {
  const ca = target.caFile ? readFileSync(target.caFile, "utf8") : undefined;
  const here = isLoopback(new URL(target.url).hostname);
  const pool = new Pool(target.url, {
    connections,
    pipelining: 1,
    // Over HTTP/2 this client repeats by itself what was refused (RFC 9113, section 8.7), writes too: an order was done twice.
    allowH2: false,
    // An idle connection is closed here well before the balancer would close it: no request meets a closing one.
    keepAliveTimeout: 4000,
    keepAliveMaxTimeout: 4000,
    headersTimeout: timeoutMs,
    bodyTimeout: timeoutMs,
    connect: { ca, servername: target.domain, timeout: timeoutMs },
  });
  return {
    async send({ method, path, body, from, headers: own }) {
      const headers: Record<string, string> = { host: target.domain, "user-agent": USER_AGENT, ...own };
      // Only the rehearsal believes it; elsewhere it would be a lie in somebody's logs.
      if (here) headers["x-forwarded-for"] = from;
      if (body !== undefined) headers["content-type"] = "application/json";
      const answer = await pool.request({ method, path, headers, body: body ?? null });
      const headersAt = performance.now();
      const track = answer.headers["x-track"];
      const retryAfter = answer.headers["retry-after"];
      return {
        status: answer.statusCode,
        track: Array.isArray(track) ? track[0] : track,
        body: await answer.body.text(),
        headersAt,
        ...(typeof retryAfter === "string" && { retryAfter }),
      };
    },
    close: () => pool.destroy(),
  };
}

/** Whether a URL's host is this machine. */
export function isLoopback(hostname: string): boolean {
  return hostname === "localhost" || hostname === "[::1]" || /^127(\.\d{1,3}){3}$/.test(hostname);
}
