import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import { contextFrom } from "../../../flags/context.ts";
import { evaluate, evaluateAll } from "../../../flags/document.ts";
import type { ServedFlags } from "./published.ts";

const PATH = /^\/applications\/([^/]+)\/environments\/([^/]+)\/configurations\/([^/]+)$/;

interface Reply {
  status: number;
  body: unknown;
  headers?: Record<string, string>;
}

/**
 * Answers as AppConfig's agent does on its local port: all flags, one by `?flag=KEY`, or several by several of these,
 * for the caller that the `Context: key=value` headers describe.
 *
 * Source: AWS AppConfig User Guide, "Retrieving basic and multi-variant feature flags" and "Retrieving configuration
 * data for applications running in Amazon ECS and Amazon EKS" (headers). What the agent answers when it doesn't have
 * what is asked for isn't documented beyond the status: the body is ours.
 *
 * @param served gives what is published at this moment
 */
export function flagAgent(served: () => ServedFlags): Server {
  return createServer((request, response) => {
    send(response, replyTo(request, served));
  });
}

function replyTo(request: IncomingMessage, served: () => ServedFlags): Reply {
  const url = new URL(request.url ?? "/", "http://localhost");
  if (url.pathname === "/ping") return { status: 200, body: { version: "rehearsal" } };
  if (request.method !== "GET") return { status: 405, body: { message: "only GET here" } };
  try {
    const now = served();
    const asked = PATH.exec(url.pathname)?.slice(1).map(decodeURIComponent);
    const here = [now.application, now.environment, now.profile];
    if (!asked?.every((name, index) => name === here[index])) {
      return { status: 404, body: { message: `there is no such configuration; there is ${here.join(":")}` } };
    }
    // Node joins headers of the same name; the agent takes each by itself.
    const context = contextFrom(request.headersDistinct.context ?? []);
    return answer(now, url.searchParams.getAll("flag"), context);
  } catch (error) {
    return { status: 500, body: { message: (error as Error).message } };
  }
}

function answer({ flags, version }: ServedFlags, keys: string[], context: Record<string, string>): Reply {
  const missing = keys.filter((key) => !flags.has(key));
  if (missing.length > 0) return { status: 404, body: { message: `there is no flag ${missing.join(", ")}` } };
  const headers = { "Configuration-Version": String(version) };
  const [only, second] = keys;
  if (only === undefined) return { status: 200, headers, body: evaluateAll(flags, context) };
  // One flag comes by itself, several under their keys.
  if (second === undefined) return { status: 200, headers, body: evaluate(flags, only, context) };
  const some = keys.map((key) => [key, evaluate(flags, key, context)]);
  return { status: 200, headers, body: Object.fromEntries(some) };
}

function send(response: ServerResponse, { status, body, headers }: Reply): void {
  const text = JSON.stringify(body);
  response.writeHead(status, {
    "Content-Type": "application/json",
    "Content-Length": Buffer.byteLength(text),
    ...headers,
  });
  response.end(text);
}
