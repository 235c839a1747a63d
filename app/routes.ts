import type { IncomingMessage } from "node:http";
import type pg from "pg";
import type { Cache } from "./cache.ts";
import { chart, quotesByDay } from "./charts.ts";
import type { Counters } from "./counters.ts";
import { type FaultOrder, isDirect, leakMemory, noFaults, parseFaults, refuses } from "./faults.ts";
import type { Flags } from "./flags.ts";
import { checkHealth, isHealthy } from "./health.ts";
import { type Answer, Refusal, readJson } from "./http.ts";
import { callerOf, identityCookie, parseCaller } from "./identity.ts";
import { page, policy, script, style } from "./page.ts";
import { parseOrder } from "./price.ts";
import { type Quotes, quoteId } from "./quotes.ts";
import type { Sessions } from "./sessions.ts";
import type { AppSettings } from "./settings.ts";
import type { Stress } from "./stress.ts";
import type { Supplier } from "./supplier.ts";

/** The parts of the running service. */
export interface Service {
  settings: AppSettings;
  pool: pg.Pool;
  cache: Cache;
  quotes: Quotes;
  supplier: Supplier;
  sessions: Sessions;
  flags: Flags;
  stress: Stress;
  counters: Counters;
  state: { ready: boolean; draining: boolean };
  /** What tests have ordered; `noFaults` otherwise. */
  faults: FaultOrder;
  crash: () => void;
}

type Route = (service: Service, request: IncomingMessage, id: string) => Promise<Answer>;

const routes: Record<string, Record<string, Route>> = {
  "/": { GET: showPage },
  "/page.css": { GET: async () => ({ status: 200, text: { type: "text/css", body: style } }) },
  "/page.js": { GET: async () => ({ status: 200, text: { type: "text/javascript", body: script } }) },
  "/health": { GET: health },
  "/version": { GET: async ({ settings }) => ({ status: 200, json: identity(settings) }) },
  "/flags": { GET: showFlags },
  "/quotes": { POST: addQuote },
  "/quotes/:id": { GET: findQuote },
  "/session": { GET: showSession, POST: join, DELETE: leave },
  "/identity": { POST: identify },
  "/faults": { POST: orderFaults },
};

/** @throws {Refusal} 404 or 405 */
export function route(method: string, path: string): { run: Route; id: string; name: string } {
  const [, first, id, ...rest] = path.split("/");
  const name = id === undefined ? `/${first}` : `/${first}/:id`;
  const methods = rest.length || id === "" ? undefined : routes[name];
  if (!methods) throw new Refusal(404, "there is nothing here");
  const run = methods[method === "HEAD" ? "GET" : method];
  if (!run) throw new Refusal(405, `only ${Object.keys(methods).join(", ")} here`);
  return { run, id: id ?? "", name };
}

function identity({ version, track }: AppSettings) {
  return { version, track };
}

async function showPage({ settings, flags, pool }: Service, request: IncomingMessage): Promise<Answer> {
  const on = await flags.isOn("dashboard_charts", callerOf(request.headers.cookie, settings));
  // A page without its chart is better than none.
  const charts = on ? await quotesByDay(pool).then(chart, () => "") : "";
  const headers = { "Content-Security-Policy": policy };
  return { status: 200, text: { type: "text/html", body: page(settings, charts) }, headers };
}

async function showFlags({ settings, flags }: Service, request: IncomingMessage): Promise<Answer> {
  return { status: 200, json: await flags.all(callerOf(request.headers.cookie, settings)) };
}

/** For tests, as faults are: a real service has its login here. */
async function identify({ settings }: Service, request: IncomingMessage): Promise<Answer> {
  const allowed = settings.faults && isDirect(request.socket.remoteAddress, request.headers);
  if (!allowed) throw new Refusal(404, "there is nothing here");
  const caller = parseCaller(await readJson(request));
  return { status: 200, json: caller, headers: { "Set-Cookie": identityCookie(caller, settings) } };
}

async function health({ settings, pool, cache, state, stress, supplier }: Service): Promise<Answer> {
  const report = await checkHealth(pool, cache, state);
  return {
    status: isHealthy(report) ? 200 : 503,
    json: { ...report, dependencies: supplier.circuits(), stress: stress.report(), ...identity(settings) },
  };
}

async function addQuote(service: Service, request: IncomingMessage): Promise<Answer> {
  const { quotes, sessions, supplier, faults } = service;
  const parsed = parseOrder(await readJson(request));
  if ("mistakes" in parsed) throw new Refusal(400, ...parsed.mistakes);
  if (refuses(faults)) throw new Refusal(400, "a fault was ordered");
  const quote = await quotes.add(parsed.order, await supplier.price(parsed.order));
  // Whose quote it is matters less than the quote: without Redis it is stored all the same.
  const session = await sessions.find(request.headers.cookie).catch(() => undefined);
  if (session) await sessions.remember(session, quote.id).catch(() => undefined);
  return { status: 201, json: quote, headers: { Location: `/quotes/${quote.id}` } };
}

async function findQuote({ quotes }: Service, _request: IncomingMessage, id: string): Promise<Answer> {
  const found = quoteId.test(id) ? await quotes.find(id) : undefined;
  if (!found) throw new Refusal(404, "there is no such quote");
  return { status: 200, json: found.quote, headers: { "x-cache": found.cached ? "hit" : "miss" } };
}

async function showSession({ sessions }: Service, request: IncomingMessage): Promise<Answer> {
  const id = await sessions.find(request.headers.cookie);
  return { status: 200, json: id ? { member: true, quotes: await sessions.quotes(id) } : { member: false } };
}

async function join({ sessions }: Service, request: IncomingMessage): Promise<Answer> {
  if (await sessions.find(request.headers.cookie)) return { status: 200, json: { member: true } };
  const cookie = await sessions.join();
  if (!cookie) throw new Refusal(403, "the beta is full");
  return { status: 201, json: { member: true }, headers: { "Set-Cookie": cookie } };
}

async function leave({ sessions }: Service, request: IncomingMessage): Promise<Answer> {
  const cookie = await sessions.leave(await sessions.find(request.headers.cookie));
  return { status: 200, json: { member: false }, headers: { "Set-Cookie": cookie } };
}

async function orderFaults(service: Service, request: IncomingMessage): Promise<Answer> {
  const allowed = service.settings.faults && isDirect(request.socket.remoteAddress, request.headers);
  if (!allowed) throw new Refusal(404, "there is nothing here");
  const parsed = parseFaults(await readJson(request));
  if ("mistakes" in parsed) throw new Refusal(400, ...parsed.mistakes);
  service.faults = { ...parsed.order, crash: false };
  leakMemory(parsed.order);
  if (parsed.order.crash) service.crash();
  return { status: 200, json: { ...noFaults, ...service.faults } };
}
