import { once } from "node:events";
import { createServer, type RequestListener, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { ErrorCode, OpenFeature, StandardResolutionReasons } from "@openfeature/server-sdk";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { flagsOf } from "../../app/flags.ts";
import { FlagsAgent } from "../../app/flags-agent.ts";
import { AgentProvider } from "../../app/flags-provider.ts";
import { isShed, type Level } from "../../app/stress-level.ts";
import { flagDocument } from "../../infra/flags/document.ts";
import { flagSchema } from "../../infra/flags/schema.ts";
import { readDocument } from "../../rollout/flags/document.ts";
import { flagAgent } from "../../rollout/platforms/rehearsal/flags/agent.ts";

// The app's side against the rehearsal's agent, on a real port; the clock is ours.

const attributeValues = { owner: "product", importance: "optional" };
const DOCUMENT = {
  version: "1",
  values: {
    dashboard_charts: {
      _variants: [
        { name: "groups", enabled: true, rule: '(eq $group "admin")', attributeValues },
        { name: "default", enabled: false },
      ],
    },
    enable_assistant_verticals: { enabled: true, owner: "product", importance: "normal" },
    enable_vertical_profiles: { enabled: true, owner: "product", importance: "essential" },
    enable_vertical_import_export: { enabled: false },
  },
};
const ADMIN = { tenant: "acme", group: "admin" };

let server: Server;
let document: unknown;
let asked: string[];
let now: number;
let level: Level;
let lines: string[];

beforeEach(async () => {
  [document, asked, now, level, lines] = [DOCUMENT, [], 0, "calm", []];
  const served = () => ({
    ...{ application: "rollout-beta", environment: "beta", profile: "flags", version: 1, document: "" },
    flags: readDocument(JSON.stringify(document)),
  });
  await listen(flagAgent(served));
});
afterEach(() => close());

async function listen(made: Server, port = 0): Promise<void> {
  server = made;
  server.on("request", (request) => asked.push(String(request.headers.context ?? "")));
  await once(server.listen(port, "127.0.0.1"), "listening");
}

/** The agent is gone: nobody listens at its port. */
async function close(): Promise<void> {
  server.closeAllConnections();
  if (server.listening) await new Promise((done) => server.close(done));
}

function agent(more: { timeoutMs?: number; most?: number } = {}): FlagsAgent {
  const line = (message: string) => void lines.push(message);
  const log = { debug: line, info: line, warn: line, error: line };
  const { port } = server.address() as AddressInfo;
  const url = `http://127.0.0.1:${port}/applications/rollout-beta/environments/beta/configurations/flags`;
  return new FlagsAgent({ url, log, now: () => now, timeoutMs: 5_000, ...more });
}

async function opened() {
  await OpenFeature.setProviderAndWait(
    "test",
    new AgentProvider(agent(), (importance) => isShed(importance, level)),
  );
  return OpenFeature.getClient("test");
}

describe("through OpenFeature", () => {
  test("a flag is on for whom the rule says", async () => {
    const client = await opened();
    expect(await client.getBooleanDetails("dashboard_charts", false, ADMIN)).toMatchObject({
      value: true,
      variant: "groups",
      reason: StandardResolutionReasons.TARGETING_MATCH,
    });
    expect(await client.getBooleanValue("dashboard_charts", true, { ...ADMIN, group: "user" })).toBe(false);
    expect(await flagsOf(client).all({})).toEqual({
      dashboard_charts: false,
      enable_assistant_verticals: true,
      enable_vertical_import_export: false,
      enable_vertical_profiles: true,
    });
  });

  test("a tenant may be an e-mail address or a company, on the whole way from the flags file", async () => {
    const tenants = ["o'brien+beta@example.com", "Smith & Sons (Leeds)"];
    const flag = { description: "x", owner: "x", until: "2027-03-31", enabled: true, importance: "normal" };
    document = flagDocument(new Map([["dashboard_charts", flagSchema.parse({ ...flag, tenants })]]));
    const client = await opened();
    const isOn = (tenant: string) => client.getBooleanValue("dashboard_charts", false, { tenant });
    expect(await Promise.all([...tenants, "Smith", "brien+beta@example.com"].map(isOn))).toEqual([
      true,
      true,
      false,
      false,
    ]);
  });

  test("under stress the optional go first, then all but the essential, for everybody", async () => {
    const client = await opened();
    const on = async () => {
      const all = await flagsOf(client).all(ADMIN);
      return Object.entries(all).flatMap(([key, value]) => (value ? [key] : []));
    };
    const [charts, assistant, profiles] = [
      "dashboard_charts",
      "enable_assistant_verticals",
      "enable_vertical_profiles",
    ];
    expect(await on()).toEqual([charts, assistant, profiles]);
    level = "strained";
    expect(await on()).toEqual([assistant, profiles]);
    expect(await client.getBooleanDetails("dashboard_charts", true, ADMIN)).toMatchObject({
      value: false,
      reason: StandardResolutionReasons.DISABLED,
      flagMetadata: { shed: true },
    });
    level = "critical";
    expect(await on()).toEqual([profiles]);
    level = "calm";
    expect(await on()).toEqual([charts, assistant, profiles]);
  });

  test("a flag that nobody has, or asked for as a text, is the default", async () => {
    const client = await opened();
    expect(await client.getBooleanDetails("nothing", true, {})).toMatchObject({
      value: true,
      errorCode: ErrorCode.FLAG_NOT_FOUND,
    });
    expect(await client.getStringDetails("dashboard_charts", "no", {})).toMatchObject({
      value: "no",
      errorCode: ErrorCode.TYPE_MISMATCH,
    });
    expect(await client.getObjectValue("enable_vertical_profiles", {}, {})).toMatchObject({
      owner: "product",
    });
  });
});

describe("the agent's answers", () => {
  test("hold for a second; a flag switched off is off after it", async () => {
    const client = agent();
    const charts = async () => (await client.flags(ADMIN))?.flags.dashboard_charts?.enabled;
    expect(await charts()).toBe(true);
    document = { version: "1", values: { dashboard_charts: { enabled: false } } };
    now = 999;
    expect(await charts()).toBe(true);
    now = 1_000;
    expect(await charts()).toBe(false);
    expect(asked).toHaveLength(2);
  });

  test("are asked for once by many at the same time, and by each kind of caller", async () => {
    const client = agent();
    await Promise.all(
      Array.from({ length: 20 }, (_, index) => client.flags({ group: index % 2 ? "admin" : "user" })),
    );
    expect(asked.sort()).toEqual(["group=admin", "group=user"]);
  });

  test("are of the caller alone: what would add a pair to the context isn't sent", async () => {
    const client = agent();
    const { flags } = (await client.flags({ tenant: "acme,group=admin", group: "user" }))!;
    expect(flags.dashboard_charts!.enabled).toBe(false);
    expect(asked).toEqual(["group=user"]);
  });

  test("stay when the agent is gone, and are told of once; a caller never seen has none", async () => {
    const client = agent();
    const { port } = server.address() as AddressInfo;
    await client.flags(ADMIN);
    await close();
    for (now = 1_000; now < 100_000; now += 1_000) {
      expect(await client.flags(ADMIN)).toMatchObject({
        stale: true,
        flags: { dashboard_charts: { enabled: true } },
      });
    }
    expect(await client.flags({ group: "new" })).toBeUndefined();
    expect(lines).toEqual(["the flags can't be read; the last ones hold"]);
    await listen(createServer(answering(200, { dashboard_charts: { enabled: false } })), port);
    now += 1_000;
    expect(await client.flags(ADMIN)).toMatchObject({
      stale: false,
      flags: { dashboard_charts: { enabled: false } },
    });
    expect(lines.at(-1)).toBe("the flags are up to date again");
  });

  test("are not waited for longer than the time limit, nor asked for again at once", async () => {
    await close();
    await listen(createServer(() => {}));
    const client = agent({ timeoutMs: 50 });
    expect(await client.flags(ADMIN)).toBeUndefined();
    expect(await client.flags(ADMIN)).toBeUndefined();
    expect(asked).toHaveLength(1);
    now = 1_000;
    await client.flags(ADMIN);
    expect(asked).toHaveLength(2);
  });

  test.each<[string, RequestListener]>([
    ["an error", (_, response) => response.writeHead(500).end()],
    ["not flags", answering(200, { message: "hello" })],
    ["not JSON", (_, response) => response.end("<html>")],
  ])("that are %s count as none", async (_, listener) => {
    await close();
    await listen(createServer(listener));
    expect(await agent().flags(ADMIN)).toBeUndefined();
    expect(lines).toHaveLength(1);
  });

  test("are kept for as many callers as asked, those asked about last", async () => {
    const client = agent({ most: 2 });
    for (const tenant of ["a", "b", "a", "c", "a", "b"]) await client.flags({ tenant });
    expect(asked).toEqual(["tenant=a", "tenant=b", "tenant=c", "tenant=b"]);
  });
});

function answering(status: number, body: unknown): RequestListener {
  return (_, response) => {
    response.writeHead(status, { "content-type": "application/json" }).end(JSON.stringify(body));
  };
}
