import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";

/** How a dependency behaves: it answers, or it fails in one of the ways that services of others fail. */
export type Mood = "well" | "slow" | "down" | "errors" | "limited";
export const MOODS: readonly Mood[] = ["well", "slow", "down", "errors", "limited"];

/** Longer than any timeout that the config takes. */
const SLOW_MS = 30_000;
/** What it says with 429, in seconds: short, so that a drill sees the end of it. */
export const RETRY_AFTER_SECONDS = 3;

interface Standing {
  mood: Mood;
  calls: number;
}

/**
 * Stands for the services of others that a stack declares: `GET /NAME/prices?width=&height=&material=` answers as the
 * sample app's supplier does. `POST /mood` with `{ "name", "mood" }` changes how one behaves; `GET /mood` tells how each
 * does, and how often it was called.
 */
export function standIn(names: readonly string[]): Server {
  const standings = new Map(names.map((name) => [name, { mood: "well", calls: 0 } as Standing]));
  return createServer((request, response) => {
    const url = new URL(request.url ?? "/", "http://stand-in");
    if (url.pathname === "/mood") return void answerMood(standings, request, response);
    const standing = standings.get(url.pathname.split("/")[1] ?? "");
    if (!standing) return send(response, 404, { error: "there is nothing here" });
    standing.calls += 1;
    BEHAVIOURS[standing.mood](request, response, url);
  });
}

type Behaviour = (request: IncomingMessage, response: ServerResponse, url: URL) => void;

const BEHAVIOURS: Record<Mood, Behaviour> = {
  well: (_request, response, url) => send(response, 200, { priceCents: priceOf(url.searchParams) }),
  slow: (request, response, url) => {
    const timer = setTimeout(() => BEHAVIOURS.well(request, response, url), SLOW_MS);
    response.on("close", () => clearTimeout(timer));
  },
  down: (request) => request.socket.destroy(),
  errors: (_request, response) => send(response, 500, { error: "the stand-in was told to fail" }),
  limited: (_request, response) =>
    send(response, 429, { error: "too many" }, { "Retry-After": `${RETRY_AFTER_SECONDS}` }),
};

/** The same order has the same price: 60 euros for each square metre. */
function priceOf(query: URLSearchParams): number {
  return Math.round((Number(query.get("width")) * Number(query.get("height")) * 6_000) / 1e6);
}

async function answerMood(
  standings: Map<string, Standing>,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  if (request.method !== "POST") return send(response, 200, Object.fromEntries(standings));
  const { name, mood } = await orderIn(request);
  const standing = standings.get(name);
  if (!standing || !MOODS.includes(mood))
    return send(response, 400, { error: `name must be one of ${[...standings.keys()]}, mood of ${MOODS}` });
  standing.mood = mood;
  send(response, 200, standing);
}

async function orderIn(request: IncomingMessage): Promise<{ name: string; mood: Mood }> {
  try {
    return JSON.parse((await request.toArray()).join(""));
  } catch {
    return { name: "", mood: "well" };
  }
}

function send(response: ServerResponse, status: number, json: unknown, headers = {}): void {
  response.writeHead(status, { "Content-Type": "application/json", ...headers }).end(JSON.stringify(json));
}
