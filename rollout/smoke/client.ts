import { request as plainRequest } from "node:http";
import { request as tlsRequest } from "node:https";
import { isIP } from "node:net";

/** The way to a service: its public name, and how this machine gets there. */
export interface Door {
  /** Such as `https://beta.example.com`: what the certificate and the service are asked for. */
  url: string;
  /** Where to connect, in place of what the name resolves to. */
  at?: { host: string; port: number };
  /** Certificates to trust in place of the system's, in PEM. */
  ca?: string;
}

export interface Question {
  method: string;
  /** Path and query. */
  path: string;
  headers?: Record<string, string>;
  body?: string;
  /** How long the whole answer may take, in milliseconds. */
  withinMs: number;
}

export interface Reply {
  status: number;
  /** By lower-case name; a repeated one joined by commas. */
  headers: Record<string, string>;
  /** The first mebibyte. */
  body: string;
  /** From the request to the last byte, the connection included. */
  ms: number;
}

const MOST_BYTES = 1 << 20;
/** AWS's managed rules block requests without one (NoUserAgent_HEADER). */
export const USER_AGENT = "rollout-smoke";

/**
 * One request on a connection of its own; redirects aren't followed.
 *
 * @throws {Error} when there is no whole answer in time, or the certificate isn't right
 */
export function ask(door: Door, { method, path, headers, body, withinMs }: Question): Promise<Reply> {
  const url = new URL(door.url);
  const secure = url.protocol === "https:";
  const began = performance.now();
  return new Promise((resolve, reject) => {
    const timer = setTimeout(() => sent.destroy(new Error(`no answer within ${withinMs} ms`)), withinMs);
    const failed = (error: Error) => {
      clearTimeout(timer);
      reject(error);
    };
    const sent = (secure ? tlsRequest : plainRequest)({
      method,
      path,
      host: door.at?.host ?? url.hostname.replace(/^\[(.*)\]$/, "$1"),
      port: door.at?.port ?? (url.port || (secure ? 443 : 80)),
      ...(secure && { ca: door.ca, servername: isIP(url.hostname) ? "" : url.hostname }),
      agent: false,
      headers: {
        host: url.host,
        "user-agent": USER_AGENT,
        ...(body !== undefined && {
          "content-type": "application/json",
          "content-length": String(Buffer.byteLength(body)),
        }),
        ...headers,
      },
    });
    sent.once("error", failed);
    sent.once("response", (response) => {
      const chunks: Buffer[] = [];
      let size = 0;
      response.on("data", (chunk: Buffer) => {
        if (size < MOST_BYTES) chunks.push(chunk);
        size += chunk.length;
      });
      response.once("error", failed);
      response.once("end", () => {
        clearTimeout(timer);
        resolve({
          status: response.statusCode ?? 0,
          headers: Object.fromEntries(
            Object.entries(response.headers).map(([name, value]) => [name, [value].flat().join(", ")]),
          ),
          body: Buffer.concat(chunks).subarray(0, MOST_BYTES).toString("utf8"),
          ms: performance.now() - began,
        });
      });
    });
    sent.end(body);
  });
}
