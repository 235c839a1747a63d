import type { IncomingMessage } from "node:http";

/** What a route answers: JSON, or text of another type. */
export interface Answer {
  status: number;
  json?: unknown;
  text?: { type: string; body: string };
  headers?: Record<string, string>;
}

/** A refusal that the client can understand: a status and what is wrong. */
export class Refusal extends Error {
  readonly status: number;
  readonly mistakes: string[];

  constructor(status: number, ...mistakes: string[]) {
    super(mistakes.join("; "));
    this.status = status;
    this.mistakes = mistakes;
  }
}

/** More than any order of ours; a larger body is refused before it is read to its end. */
const mostBytes = 16 * 1024;

/**
 * A request's JSON body. Only `application/json` is taken: a form on somebody else's page can't send that.
 *
 * @throws {Refusal} 400, 413 or 415
 */
export async function readJson(request: IncomingMessage): Promise<unknown> {
  if (!/^application\/json\b/i.test(request.headers["content-type"] ?? "")) {
    throw new Refusal(415, "the body must be application/json");
  }
  const chunks: Buffer[] = [];
  let bytes = 0;
  for await (const chunk of request as AsyncIterable<Buffer>) {
    bytes += chunk.length;
    if (bytes > mostBytes) throw new Refusal(413, `the body must be at most ${mostBytes} bytes`);
    chunks.push(chunk);
  }
  try {
    return JSON.parse(Buffer.concat(chunks).toString("utf8"));
  } catch {
    throw new Refusal(400, "the body is not JSON");
  }
}

/** CORS headers for a request's Origin; none when the origin isn't allowed, and the browser then refuses. */
export function corsHeaders(origin: string | undefined, allowed: string[]): Record<string, string> {
  if (!origin) return {};
  if (!allowed.includes(origin)) return { Vary: "Origin" };
  return {
    Vary: "Origin",
    "Access-Control-Allow-Origin": origin,
    "Access-Control-Allow-Credentials": "true",
    "Access-Control-Expose-Headers": "x-track, x-version",
  };
}

export const preflightHeaders = {
  "Access-Control-Allow-Methods": "GET, POST, DELETE",
  "Access-Control-Allow-Headers": "content-type",
  "Access-Control-Max-Age": "600",
};
