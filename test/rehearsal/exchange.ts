import { once } from "node:events";
import { connect as connectHttp2 } from "node:http2";
import { request } from "node:https";
import type { Readable } from "node:stream";
import { setTimeout as sleep } from "node:timers/promises";

/** How a client speaks to the balancer. */
export type Protocol = "HTTP/1.1" | "HTTP/2";

export interface Sent {
  path: string;
  method?: string;
  headers?: Record<string, string>;
  /** The body's parts, each after a pause of its own in milliseconds. */
  body?: { data: Buffer | string; afterMs?: number }[];
  /** How long the client stops reading, once for each of the first parts. */
  pausesMs?: number[];
}

/** What came back, with the time of each part since the request was sent. */
export interface Exchanged {
  /** 0 when there was no answer. */
  status: number;
  headers: Record<string, string | string[] | undefined>;
  headersMs: number;
  parts: { text: string; ms: number }[];
  /** The answer came to its own end. */
  whole: boolean;
}

/** One request on a connection of its own. Never rejects: a cut connection is an outcome, too. */
export function exchange(
  protocol: Protocol,
  { url, ca }: { url: string; ca: string },
  sent: Sent,
): Promise<Exchanged> {
  return protocol === "HTTP/2" ? overHttp2(url, ca, sent) : overHttp1(url, ca, sent);
}

export const bodyOf = ({ parts }: Exchanged) => parts.map(({ text }) => text).join("");

function nothing(): Exchanged {
  return { status: 0, headers: {}, headersMs: 0, parts: [], whole: false };
}

async function overHttp1(url: string, ca: string, { path, method, headers, body = [], pausesMs }: Sent) {
  const exchanged = nothing();
  const begun = performance.now();
  const asked = request(`${url}${path}`, {
    ca,
    method: method ?? "GET",
    headers: headers ?? {},
    agent: false,
    maxHeaderSize: 128 * 1024,
  });
  const ended = new Promise<void>((resolve) => {
    asked.once("response", (response) => {
      exchanged.status = response.statusCode!;
      exchanged.headers = response.headers;
      exchanged.headersMs = performance.now() - begun;
      collect(response, exchanged, begun, pausesMs);
      response.once("end", () => {
        exchanged.whole = response.complete;
      });
      response.once("close", resolve);
    });
    asked.once("error", () => resolve());
    asked.once("close", resolve);
  });
  await write(asked, body, ended);
  await ended;
  asked.destroy();
  return exchanged;
}

async function overHttp2(url: string, ca: string, { path, method, headers, body = [], pausesMs }: Sent) {
  const exchanged = nothing();
  const session = connectHttp2(url, { ca });
  session.on("error", () => undefined);
  const failed = once(session, "close");
  await Promise.race([once(session, "connect"), failed]).catch(() => undefined);
  const begun = performance.now();
  const stream = session.request(
    { ":path": path, ":method": method ?? "GET", ...headers },
    { endStream: body.length === 0 },
  );
  stream.on("error", () => undefined);
  stream.once("response", ({ ":status": status, ...rest }) => {
    exchanged.status = status ?? 0;
    exchanged.headers = rest as Exchanged["headers"];
    exchanged.headersMs = performance.now() - begun;
  });
  collect(stream, exchanged, begun, pausesMs);
  stream.once("end", () => {
    exchanged.whole = stream.rstCode === 0;
  });
  const ended = new Promise<void>((resolve) => stream.once("close", resolve));
  await write(stream, body, ended);
  await ended;
  exchanged.whole &&= stream.rstCode === 0;
  session.destroy();
  return exchanged;
}

function collect(answer: Readable, exchanged: Exchanged, begun: number, pausesMs: number[] = []): void {
  const pauses = [...pausesMs];
  answer.on("error", () => undefined);
  answer.on("data", (data: Buffer) => {
    exchanged.parts.push({ text: data.toString(), ms: performance.now() - begun });
    const pause = pauses.shift();
    if (pause === undefined) return;
    answer.pause();
    setTimeout(() => answer.resume(), pause);
  });
}

/** Stops writing when the answer came first. */
async function write(to: NodeJS.WritableStream, body: NonNullable<Sent["body"]>, ended: Promise<void>) {
  let over = false;
  void ended.then(() => {
    over = true;
  });
  for (const { data, afterMs = 0 } of body) {
    await Promise.race([sleep(afterMs), ended]);
    if (over) return;
    to.write(data);
  }
  to.end();
}
