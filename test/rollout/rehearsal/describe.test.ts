import { expect, it, describe as suite } from "vitest";
import { nginxConf } from "../../../infra/host/nginx.ts";
import { nth } from "../../../infra/sure.ts";
import type { Graph } from "../../../rollout/graph/model.ts";
import { describe } from "../../../rollout/platforms/rehearsal/plan/describe.ts";
import { localResolver } from "../../../rollout/platforms/rehearsal/plan/resolver.ts";
import type { Room } from "../../../rollout/platforms/rehearsal/room.ts";
import { appStart } from "../../../rollout/platforms/rehearsal/servers/app-start.ts";
import { HOST } from "../../infra/host/example.ts";
import { fixtureGraph, STAND_IN, urn } from "./fixture.ts";

const PASSWORDS = Object.fromEntries(
  ["secret-key", "database-password", "cache-password"].map((name) => [
    urn("random:index/randomPassword:RandomPassword", `beta-${name}`),
    `the-${name}`,
  ]),
);

function planOf(graph: Graph) {
  return describe(graph, localResolver(graph, PASSWORDS), () => ({ texts: {}, version: "" }));
}

suite("what a captured stack asks this machine to run", () => {
  it("has the tracks sorted, each with its servers", () => {
    const graph = fixtureGraph({
      tracks: { green: { weight: 0, servers: 2 }, blue: { weight: 100, servers: 3 } },
    });
    expect(planOf(graph).tracks.map(({ name, servers }) => ({ name, servers }))).toEqual([
      { name: "blue", servers: 3 },
      { name: "green", servers: 2 },
    ]);
  });

  it("starts a track by its own command in its own folder, and the others by the common one", () => {
    const graph = fixtureGraph({
      tracks: { green: { weight: 0, servers: 1 }, blue: { weight: 100, servers: 1 } },
    });
    const own = { command: ["uvicorn", "--host={host}", "--port", "{port}"], folder: "../shop-1.4" };
    graph.outputs.rehearsal = { ...(graph.outputs.rehearsal as object), tracks: { green: own } };
    const { tracks } = planOf(graph);
    expect(tracks.map(({ command, folder }) => ({ command, folder }))).toEqual([
      { command: STAND_IN, folder: "." },
      own,
    ]);
    const server = { id: "green-1", track: "green", version: "", port: 1, appPort: 2 };
    const room = { projectDir: "/work/shop", plan: { stopSeconds: 30 } } as Room;
    expect(
      appStart(room, nth(tracks, 1), server, { HOST: "127.0.0.1", PORT: "4711", TRACK: "green" }),
    ).toMatchObject({
      key: "green-1.app",
      command: ["uvicorn", "--host=127.0.0.1", "--port", "4711"],
      cwd: "/work/shop-1.4",
      graceMs: 30_000,
      env: { TRACK: "green" },
    });
  });

  it("takes nginx.conf byte for byte from the user data", () => {
    const [blue] = planOf(fixtureGraph()).tracks;
    expect(blue!.nginxFiles["nginx.conf"]).toBe(nginxConf({ ...HOST, track: "blue" }));
    expect(blue!.nginxFiles["machine/main.conf"]).toBe("user www-data;\n");
  });

  it("looks the secrets up as a server does at boot", () => {
    expect(planOf(fixtureGraph()).tracks[0]!.secrets).toEqual({
      "cache-password": "the-cache-password",
      "database-password": "the-database-password",
      "secret-key": "the-secret-key",
    });
  });

  it("names the database and the cache by what their place is here", () => {
    const { environment } = planOf(fixtureGraph()).tracks[0]!;
    expect(environment).toContain("@database.rehearsal:5432/app_beta?sslmode=verify-full");
    expect(environment).toContain("@cache.rehearsal:6379/0");
  });

  it("has the database as captured", () => {
    expect(planOf(fixtureGraph()).database).toEqual({
      major: "16",
      name: "app_beta",
      username: "app_beta",
      password: "the-database-password",
      forceTls: true,
      parameters: { log_min_duration_statement: "500" },
      leftOut: [],
    });
  });

  it("leaves out what only RDS understands, and says so", () => {
    const databaseParameters = {
      "rds.logical_replication": "1",
      "rds.log_retention_period": "4320",
      shared_buffers: "{DBInstanceClassMemory/32768}",
    };
    const { parameters, leftOut } = planOf(fixtureGraph({ databaseParameters })).database;
    expect({ parameters, leftOut }).toEqual({
      parameters: { wal_level: "logical" },
      leftOut: ["rds.log_retention_period", "shared_buffers"],
    });
  });

  it("has the cache as captured, with a quarter of the node's memory reserved", () => {
    expect(planOf(fixtureGraph()).cache).toEqual({
      tls: true,
      password: "the-cache-password",
      maxMemory: 402_653_184,
      parameters: { "maxmemory-policy": "allkeys-lru" },
      leftOut: [],
    });
  });

  it("a track's version changes with its user data, and not with a weight", () => {
    const version = (weight: number, greeting: string) =>
      planOf(fixtureGraph({ tracks: { blue: { weight, servers: 1, greeting } } })).tracks[0]!.version;
    expect(version(10, "hello")).toBe(version(90, "hello"));
    expect(version(10, "hello")).not.toBe(version(10, "good day"));
  });

  it("says what is missing", () => {
    const graph = fixtureGraph();
    const without = (type: string) => ({
      ...graph,
      resources: graph.resources.filter((resource) => resource.type !== type),
    });
    expect(() => planOf(without("aws:rds/instance:Instance"))).toThrow(
      "the stack has no aws:rds/instance:Instance",
    );
    expect(() => planOf(without("aws:autoscaling/group:Group"))).toThrow(
      "track blue has no autoscaling group that serves its target group",
    );
  });
});
