import { mkdtempSync, readFileSync, writeFileSync } from "node:fs";
import { Agent, request } from "node:https";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import type { Status } from "../../rollout/platforms/rehearsal/index.ts";
import { client } from "./project.ts";

// Users who order under load, each order with a number of its own: what was acknowledged must be there, once.

/** By node-postgres: `/ID` writes an order, reads some, and with `CHANGES` changes it now and then. */
const SERVICE = `
const { createServer } = require("node:http");
const { Pool } = require("node:module").createRequire(process.env.MODULES + "/")("pg");
const pool = new Pool({ connectionString: process.env.DATABASE_URL });
pool.on("error", () => {});
createServer(async (request, response) => {
  const say = (status, what) => { response.writeHead(status, { "content-type": "application/json" }); response.end(JSON.stringify(what)); };
  try {
    if (request.url === "/health") { await pool.query("SELECT 1"); return say(200, { status: "ok" }); }
    if (request.url === "/version") return say(200, { track: process.env.TRACK, version: process.env.VERSION });
    const id = request.url.slice(1);
    const { rows } = await pool.query("INSERT INTO orders (id, note) VALUES ($1, $2) RETURNING number", [id, "of user's \\n " + (id % 7)]);
    if (id % 3 === 0 && process.env.CHANGES) await pool.query("UPDATE orders SET note = note || '!' WHERE id = $1", [id]);
    if (id % 5 === 0) await pool.query("SELECT count(*), sum(number) FROM orders WHERE id % 7 = $1 AND note LIKE $2", [id % 7, "of user's%"]);
    say(201, rows[0]);
  } catch (error) { say(500, { error: String(error) }); }
}).listen(Number(process.env.PORT), process.env.HOST);
`;

/** One line, without a single quote. */
export const ORDERS =
  "CREATE TABLE IF NOT EXISTS orders (id bigint PRIMARY KEY, number bigserial UNIQUE, note text); " +
  "CREATE OR REPLACE VIEW noted AS SELECT note, count(*) FROM orders GROUP BY note";

/** @returns the folder of an app that writes orders, for `rehearsal.folder` */
export function orderApp(): string {
  const app = mkdtempSync(join(tmpdir(), "orders-"));
  writeFileSync(join(app, "service.cjs"), SERVICE);
  return app;
}

export interface Order {
  id: number;
  sent: number;
  answered: number;
  /** 0 without an answer. */
  status: number;
}

/** Users who order, one after the other each, whatever becomes of it. */
export class Users {
  readonly orders: Order[] = [];
  #on = true;
  readonly #all: Promise<unknown>;

  constructor({ url, caFile }: Status, count = 6) {
    const ca = readFileSync(caFile, "utf8");
    const agent = new Agent({ keepAlive: true, ca });
    const user = async (number: number) => {
      for (let round = 0; this.#on; round++) {
        const order: Order = { id: Date.now() * 100 + number, sent: Date.now(), answered: 0, status: 0 };
        this.orders.push(order);
        order.status = await post(`${url}/${order.id}`, agent, client(number * 300 + (round % 250)));
        order.answered = Date.now();
        await sleep(20);
      }
    };
    this.#all = Promise.all(Array.from({ length: count }, (_, number) => user(number))).finally(() =>
      agent.destroy(),
    );
  }

  async stop(): Promise<Order[]> {
    this.#on = false;
    await this.#all;
    return this.orders;
  }
}

function post(url: string, agent: Agent, headers: Record<string, string>): Promise<number> {
  return new Promise((resolve) => {
    const asked = request(url, { method: "POST", agent, headers, timeout: 20_000 }, (response) => {
      response.resume().on("end", () => resolve(response.statusCode ?? 0));
    });
    asked.on("error", () => resolve(0)).on("timeout", () => asked.destroy());
    asked.end();
  });
}

/** How many failed, how, and for how long: from when the first of them was sent until the last was answered. */
export function failures(orders: readonly Order[]) {
  const failed = orders.filter((order) => order.status !== 201);
  const ms =
    failed.length === 0
      ? 0
      : Math.max(...failed.map((each) => each.answered)) - Math.min(...failed.map((each) => each.sent));
  const how = Object.groupBy(failed, (each) => String(each.status));
  return {
    count: failed.length,
    ms,
    how: Object.fromEntries(Object.entries(how).map(([key, all]) => [key, all!.length])),
  };
}
