import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import { hollow, suffer } from "./faults.ts";
import { type Answer, corsHeaders, preflightHeaders, Refusal } from "./http.ts";
import { type Log, reasonOf } from "./log.ts";
import { route, type Service } from "./routes.ts";

/**
 * The HTTP server. It keeps an idle connection for 75 s, longer than nginx keeps one to an upstream (1 s here, 60 s by
 * default), so that it is always nginx that closes first; the other way round nginx would send a request into a closing
 * connection.
 */
export function appServer(service: Service, log: Log): Server {
  const server = createServer({ keepAliveTimeout: 75_000, requestTimeout: 30_000 }, (request, response) => {
    void serve(service, log, request, response);
  });
  // Node checks the header timeout against the whole idle time of a reused connection in some versions: keep it longer.
  server.headersTimeout = 76_000;
  return server;
}

async function serve(service: Service, log: Log, request: IncomingMessage, response: ServerResponse) {
  const start = performance.now();
  const path = (request.url ?? "/").split("?", 1)[0]!;
  const broken = path === "/health" || path === "/faults" ? undefined : hollow(service.faults);
  if (broken === "hang") return;
  if (broken === "endless") {
    response.writeHead(200, { "Content-Type": "text/plain" });
    response.write("this goes on\n");
    return;
  }
  if (broken === "lost") {
    send(service, request, response, { status: 404, json: { errors: ["a fault was ordered"] } });
    return;
  }
  const work = () => answerTo(service, log, request, path);
  const answer = await (path === "/health" ? work() : service.stress.during(work));
  send(service, request, response, answer);
  if (request.method === "POST" && path === "/quotes") countQuote(service, answer);
  const ms = Math.round((performance.now() - start) * 10) / 10;
  const level = answer.status >= 500 ? "error" : path === "/health" ? "debug" : "info";
  log[level]("request", { method: request.method, path, status: answer.status, ms });
}

/** Also one that the order's mistakes are to blame for: a version that finds mistakes where there are none fails its users. */
function countQuote({ counters }: Service, { status }: Answer): void {
  counters.add("QuotesAsked");
  if (status !== 201) counters.add("QuotesFailed");
}

async function answerTo(service: Service, log: Log, request: IncomingMessage, path: string): Promise<Answer> {
  try {
    if (request.method === "OPTIONS") return { status: 204, headers: preflightHeaders };
    const { run, id, name } = route(request.method ?? "GET", path);
    const failing = name !== "/health" && name !== "/faults" && (await suffer(service.faults));
    if (failing) return { status: 500, json: { errors: ["a fault was ordered"] } };
    return await run(service, request, id);
  } catch (error) {
    if (error instanceof Refusal) return { status: error.status, json: { errors: error.mistakes } };
    log.error("a request failed", { path, reason: reasonOf(error) });
    // What the service needs is away for the moment; a client may try again.
    return {
      status: 503,
      json: { errors: ["the service can't answer just now"] },
      headers: { "Retry-After": "1" },
    };
  }
}

function send(service: Service, request: IncomingMessage, response: ServerResponse, answer: Answer): void {
  const { settings, state } = service;
  const body = answer.text?.body ?? (answer.json === undefined ? "" : JSON.stringify(answer.json));
  const type = answer.text ? `${answer.text.type}; charset=utf-8` : "application/json";
  response.writeHead(answer.status, {
    ...(body ? { "Content-Type": type, "Content-Length": Buffer.byteLength(body) } : {}),
    "Cache-Control": "no-store",
    "x-track": settings.track,
    "x-version": settings.version,
    // While it drains, each answer ends its connection, so that none is idle when the server closes. So does the
    // refusal of a body that nobody reads to its end.
    ...(state.draining || answer.status === 413 ? { Connection: "close" } : {}),
    ...corsHeaders(request.headers.origin, settings.allowedOrigins),
    ...answer.headers,
  });
  response.end(request.method === "HEAD" ? undefined : body);
}
