import { once } from "node:events";
import { mkdtempSync, rmSync } from "node:fs";
import { request, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { FLAGS_AGENT } from "../../../infra/host/environment.ts";
import type { Graph } from "../../../rollout/graph/model.ts";
import { flagAgent } from "../../../rollout/platforms/rehearsal/flags/agent.ts";
import {
  publish,
  published,
  publishedFile,
  servedFrom,
} from "../../../rollout/platforms/rehearsal/flags/published.ts";
import { flagsPlan } from "../../../rollout/platforms/rehearsal/plan/describe-flags.ts";
import { AGENT } from "../../../rollout/platforms/rehearsal/plan/resolver.ts";

const folder = mkdtempSync(join(tmpdir(), "flags-agent-"));
const file = publishedFile({ folder });
const PATH = "/applications/rollout-beta/environments/beta/configurations/flags";
const NAMES = { application: "rollout-beta", environment: "beta", profile: "flags" };
let server: Server;

const charts = (enabled: boolean) =>
  JSON.stringify({
    version: "1",
    values: {
      charts: {
        _variants: [
          {
            name: "groups",
            enabled: true,
            rule: '(and (eq $group "admin") (eq $tenant "acme"))',
            attributeValues: { owner: "product" },
          },
          { name: "default", enabled },
        ],
      },
      plain: { enabled: true, owner: "product" },
    },
  });

beforeAll(async () => {
  publish(file, { ...NAMES, document: charts(false) });
  server = flagAgent(servedFrom(file));
  await once(server.listen(0, "127.0.0.1"), "listening");
});
afterAll(() => {
  server.close();
  rmSync(folder, { recursive: true });
});

/** Each context a header of its own, as curl sends them. */
async function ask(path: string, context: string[] = [], method = "GET") {
  const { port } = server.address() as AddressInfo;
  const asking = request({ host: "127.0.0.1", port, path, method, agent: false });
  if (context.length > 0) asking.setHeader("Context", context);
  asking.end();
  const [response] = await once(asking, "response");
  let text = "";
  for await (const part of response) text += part;
  return { status: response.statusCode, headers: response.headers, body: JSON.parse(text) };
}

describe("the agent in the rehearsal answers", () => {
  const ON = { enabled: true, _variant: "groups", owner: "product" };
  const OFF = { enabled: false, _variant: "default" };

  test("all flags, with the version of their document", async () => {
    const { status, headers, body } = await ask(PATH);
    expect(status).toBe(200);
    expect(headers).toMatchObject({ "configuration-version": "1", "content-type": "application/json" });
    expect(body).toEqual({ charts: OFF, plain: { enabled: true, owner: "product" } });
  });

  test("one flag by itself, several under their keys", async () => {
    expect((await ask(`${PATH}?flag=charts`)).body).toEqual(OFF);
    expect((await ask(`${PATH}?flag=charts&flag=plain`)).body).toEqual({
      charts: OFF,
      plain: { enabled: true, owner: "product" },
    });
  });

  test("for the caller that the context describes, in one header or several", async () => {
    for (const context of [
      ["tenant=acme", "group=admin"],
      ["tenant=acme,group=admin"],
      [" tenant = acme ", "group=admin"],
    ])
      expect((await ask(`${PATH}?flag=charts`, context)).body).toEqual(ON);
    for (const context of [["tenant=acme"], ["tenant=acme group=admin"], ["=admin", "group"]])
      expect((await ask(`${PATH}?flag=charts`, context)).body).toEqual(OFF);
  });

  test("404 for what it doesn't have, 405 for what isn't asked so", async () => {
    expect((await ask(`${PATH}?flag=nothing`)).body).toEqual({ message: "there is no flag nothing" });
    expect((await ask(`${PATH}?flag=nothing`)).status).toBe(404);
    expect((await ask(PATH.replace("beta/conf", "prod/conf"))).status).toBe(404);
    expect((await ask(PATH, [], "POST")).status).toBe(405);
    expect((await ask("/ping")).status).toBe(200);
  });

  test("what was published last, from its next answer on; a document that can't be served changes nothing", async () => {
    expect(publish(file, { ...NAMES, document: charts(false) })).toBe(1);
    expect(publish(file, { ...NAMES, document: charts(true) })).toBe(2);
    const { headers, body } = await ask(`${PATH}?flag=charts`);
    expect([headers["configuration-version"], body.enabled]).toEqual(["2", true]);
    expect(() => publish(file, { ...NAMES, document: "{}" })).toThrow('version must be "1"');
    expect(published(file)!.version).toBe(2);
  });
});

test("the app's address for the agent is the one that the rehearsal puts its own in place of", () => {
  expect(AGENT).toBe(`${FLAGS_AGENT.host}:${FLAGS_AGENT.port}`);
});

describe("what a captured stack serves", () => {
  const resource = (type: string, inputs: object) => ({
    urn: `urn:${type}`,
    type: `aws:appconfig/${type}`,
    name: type,
    inputs,
  });
  const ref = (type: string) => ({ $ref: { urn: `urn:${type}`, property: "id" } });
  const graph = (outputs: object) =>
    ({
      outputs,
      resources: [
        resource("application:Application", { name: "rollout-beta" }),
        resource("environment:Environment", { name: "beta" }),
        resource("configurationProfile:ConfigurationProfile", { name: "flags" }),
        resource("deployment:Deployment", {
          applicationId: ref("application:Application"),
          environmentId: ref("environment:Environment"),
          configurationProfileId: ref("configurationProfile:ConfigurationProfile"),
        }),
      ],
    }) as unknown as Graph;

  test("has the names that the servers ask by", () => {
    expect(flagsPlan(graph({ flags: { document: "{}" } }))).toEqual({ ...NAMES, document: "{}" });
  });

  test("is nothing where none is deployed, and a mistake where the document isn't known", () => {
    expect(flagsPlan({ outputs: {}, resources: [] } as unknown as Graph)).toBeUndefined();
    expect(() => flagsPlan(graph({}))).toThrow("the stack has no output flags.document");
  });
});
