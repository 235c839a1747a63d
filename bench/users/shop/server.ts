import { existsSync, readFileSync } from "node:fs";
import { createServer } from "node:http";
import { createRequire } from "node:module";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import pg from "pg";
import { createClient } from "redis";
import type { Release } from "./releases.ts";

// The application of the bench, of the usual kind: Express, sessions of express-session in Redis by connect-redis, sockets
// of ws (bin/install-foreign brings them), orders in PostgreSQL. It runs in a release's folder (releases.ts).

const foreign = createRequire(join(import.meta.dirname, "../../../.cache/foreign/package.json"));
const express = foreign("express");
const session = foreign("express-session");
const { RedisStore } = foreign("connect-redis");
const { Server: WebSocketServer } = foreign("ws");

const { name: release, page }: Release = JSON.parse(readFileSync("release.json", "utf8"));
const {
  HOST,
  PORT,
  DATABASE_URL,
  REDIS_URL,
  SECRET_KEY,
  ANSWER_AFTER_MS = "0",
} = process.env as Record<string, string>;

const database = new pg.Pool({ connectionString: DATABASE_URL, max: 8 });
database.on("error", (error) => console.error(error.message));
const cache = createClient({ url: REDIS_URL! });
cache.on("error", (error) => console.error(error.message));
await cache.connect();
const client = await database.connect();
// All servers begin at once.
await client.query("SELECT pg_advisory_lock(1)");
await client.query("CREATE TABLE IF NOT EXISTS orders (number text NOT NULL, release text NOT NULL)");
await client.query("SELECT pg_advisory_unlock(1)");
client.release();

const app = express();
app.disable("x-powered-by");
app.set("trust proxy", true);
app.use((_: unknown, response: Answering, next: () => void) => {
  response.set("x-release", release);
  next();
});
app.get("/health", (_: unknown, response: Answering) => response.send("ok"));
app.use("/assets", express.static("dist/assets", { immutable: true, maxAge: "1y", fallthrough: false }));
app.use(
  session({
    store: new RedisStore({ client: cache, prefix: "shop:" }),
    name: "shop",
    secret: SECRET_KEY,
    resave: false,
    saveUninitialized: false,
    cookie: { secure: true, httpOnly: true, sameSite: "lax", maxAge: 3_600_000 },
  }),
);
app.use(express.json());
app.get("/", (_: unknown, response: Answering) => response.type("html").send(page));
app.post("/login", ({ body, session: own }: Asking, response: Answering) => {
  own.user = body.user;
  response.json({ user: own.user });
});
app.get("/me", ({ session: own }: Asking, response: Answering) =>
  response.status(own.user ? 200 : 401).json({ user: own.user }),
);
// Without a unique key: what is done twice is there twice.
app.post("/orders", async ({ body, session: own }: Asking, response: Answering) => {
  if (!own.user && !body.guest) return response.status(401).json({});
  await database.query("INSERT INTO orders (number, release) VALUES ($1, $2)", [body.number, release]);
  // Between what is done and what is said a server can go.
  await sleep(Number(ANSWER_AFTER_MS));
  return response.status(201).json({ number: body.number });
});
// What a bad release does wrong: the bench puts the file there while it has users.
app.get("/prices", (_: unknown, response: Answering) =>
  existsSync("broken") && Math.random() < 0.5
    ? response.status(500).json({})
    : response.json({ window: 129, release }),
);
app.get("/events", ({ socket }: Asking, response: Answering) => {
  response.writeHead(200, { "content-type": "text/event-stream", "cache-control": "no-cache" });
  response.write("retry: 500\n\n");
  const beat = setInterval(() => response.write(`data: ${release}\n\n`), 10_000);
  socket.once("close", () => clearInterval(beat));
});

const server = createServer(app);
const sockets = new WebSocketServer({ server, path: "/live" });
sockets.on("connection", (socket: Talking) => {
  socket.on("error", () => {});
  socket.on("message", (text) => socket.send(String(text)));
});

process.once("SIGTERM", () => {
  server.close(() => process.exit());
  for (const socket of sockets.clients) socket.terminate();
  server.closeAllConnections();
});
server.listen(Number(PORT), HOST);

interface Asking {
  body: Record<string, string>;
  session: { user?: string };
  socket: { once(event: "close", then: () => void): void };
}
interface Answering {
  set(name: string, value: string): Answering;
  type(name: string): Answering;
  status(code: number): Answering;
  json(value: object): Answering;
  send(text: string): Answering;
  writeHead(status: number, headers: Record<string, string>): void;
  write(text: string): void;
}
interface Talking {
  on(event: "message" | "error", then: (text: unknown) => void): void;
  send(text: string): void;
}
