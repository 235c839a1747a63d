import { mkdtempSync, readFileSync, rmSync, statSync } from "node:fs";
import { request } from "node:https";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { connect } from "node:tls";
import pg from "pg";
import { afterAll, beforeAll, expect, it } from "vitest";
import { rehearse } from "../../rollout/platforms/rehearsal/index.ts";
import { placeOf, type ServerRecord } from "../../rollout/platforms/rehearsal/machine/state.ts";
import type { Room } from "../../rollout/platforms/rehearsal/room.ts";
import { ensureServer, newServer } from "../../rollout/platforms/rehearsal/servers/server.ts";
import { ensurePostgres } from "../../rollout/platforms/rehearsal/stores/postgres.ts";
import { ensureRedis } from "../../rollout/platforms/rehearsal/stores/redis.ts";
import { prepareUp } from "../../rollout/platforms/rehearsal/verbs/prepare.ts";
import { fixtureGraph } from "../rollout/rehearsal/fixture.ts";
import { sampleProject } from "../support/sample.ts";

// Each real server by itself, without the balancer: it has what the captured stack says, and refuses what it must.

const stateDir = mkdtempSync(join(tmpdir(), "rehearsal-servers-"));
const graph = fixtureGraph({
  databaseParameters: { "rds.force_ssl": "1", log_min_duration_statement: "123" },
});
const options = {
  stack: "beta",
  stateDir,
  projectDir: sampleProject(),
  capture: async () => graph,
};
let room: Room;
let server: ServerRecord;
let ca: string;

beforeAll(async () => {
  room = await prepareUp(options, placeOf("beta", stateDir));
  ca = readFileSync(room.certificates.caFile, "utf8");
  await Promise.all([ensurePostgres(room), ensureRedis(room)]);
  server = await newServer(room, room.plan.tracks[0]!);
  await ensureServer(room, room.plan.tracks[0]!, server);
});

afterAll(async () => {
  await rehearse.down(options);
  rmSync(stateDir, { recursive: true });
});

it("the database has the stack's role, database and parameters", async () => {
  const client = await database({ ssl: { ca } });
  const { rows } = await client.query(
    "select current_user as role, current_database() as name, current_setting('log_min_duration_statement') as slow, " +
      "current_setting('fsync') as fsync, rolsuper from pg_roles where rolname = current_user",
  );
  expect(rows).toEqual([{ role: "app_beta", name: "app_beta", slow: "123ms", fsync: "on", rolsuper: false }]);
  await client.end();
});

it.each([
  ["without TLS", { ssl: false }],
  ["with a wrong password", { password: "wrong" }],
  ["as the superuser", { user: "postgres", database: "postgres" }],
])("the database refuses a client %s", async (_, wrong) => {
  await expect(database({ ssl: { ca }, ...wrong })).rejects.toThrow(
    /no pg_hba\.conf entry|authentication failed/,
  );
});

it("the cache asks for the password and has the captured policy and memory", async () => {
  const { password } = room.plan.cache!;
  expect(await redis("PING\r\n")).toMatch(/^-NOAUTH/);
  const answer = await redis(`AUTH ${password}\r\nCONFIG GET maxmemory*\r\n`);
  expect(answer).toContain("allkeys-lru");
  expect(answer).toContain("402653184");
});

it("a server answers as its application through its own nginx", async () => {
  const { status, headers, body } = await get(server.port, "/hello");
  expect(status).toBe(200);
  expect(headers["x-track"]).toBe("blue");
  expect(JSON.parse(body)).toEqual({ path: "/hello", role: "app_beta", greeting: "hello", track: "blue" });
});

it("nginx.conf is the captured one, byte for byte", () => {
  const file = join(room.ledger.place.folder, "servers", server.id, "nginx", "nginx.conf");
  expect(readFileSync(file, "utf8")).toBe(room.plan.tracks[0]!.nginxFiles["nginx.conf"]);
});

it("believes the balancer about the client's address, and writes it to the access log with the track", async () => {
  await get(server.port, "/from", { "x-forwarded-for": "203.0.113.7" });
  await expect
    .poll(() => readFileSync(join(room.ledger.place.logs, `${server.id}.access.log`), "utf8"))
    .toContain("203.0.113.7");
});

it.each(["secrets.json", "state.json", "servers/blue-1/app.env", "ca/server-key.pem", "redis/redis.conf"])(
  "%s is closed to others",
  (file) => {
    expect(statSync(join(room.ledger.place.folder, file)).mode & 0o077).toBe(0);
  },
);

async function database(over: pg.ClientConfig): Promise<pg.Client> {
  const { username, password, name } = room.plan.database;
  const { port } = room.ledger.state.database;
  const client = new pg.Client({
    host: "127.0.0.1",
    port,
    user: username,
    password,
    database: name,
    ...over,
  });
  await client.connect();
  return client;
}

function redis(commands: string): Promise<string> {
  return new Promise((resolve, reject) => {
    const { port } = room.ledger.state.cache!;
    const socket = connect({ host: "127.0.0.1", port, ca, servername: "localhost" }, () =>
      socket.write(`${commands}QUIT\r\n`),
    );
    let answer = "";
    socket.on("data", (data) => {
      answer += data;
    });
    socket.on("close", () => resolve(answer));
    socket.on("error", reject);
  });
}

function get(port: number, path: string, headers: Record<string, string> = {}) {
  return new Promise<{ status?: number; headers: NodeJS.Dict<string | string[]>; body: string }>(
    (resolve, reject) => {
      request(
        { host: "127.0.0.1", port, path, ca, servername: "localhost", headers, agent: false },
        (response) => {
          let body = "";
          response.on("data", (data) => {
            body += data;
          });
          response.on("end", () => resolve({ status: response.statusCode, headers: response.headers, body }));
        },
      )
        .on("error", reject)
        .end();
    },
  );
}
