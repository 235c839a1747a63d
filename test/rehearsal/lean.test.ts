import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { statusText } from "../../rollout/cli/rehearse/rehearse-text.ts";
import { rehearse, type Status } from "../../rollout/platforms/rehearsal/index.ts";
import { commandOf, foreignSkipped, hasForeign } from "./foreign.ts";
import { counted, get, projectCopy, removeCopies } from "./project.ts";

// A stack without a cache and a web firewall, with a database and in a network that are there already, in a project of another name: uvicorn from PyPI
// serves in it.

const LEAN = {
  cache: "none",
  webFirewall: "none",
  database: {
    existing: {
      instance: "shop-prod",
      securityGroup: "sg-0123456789abcdef0",
      url: { from: "arn:aws:secretsmanager:us-east-1:123456789012:secret:shop-AbCdEf", key: "url" },
    },
  },
  network: {
    existing: {
      vpc: "vpc-0123456789abcdef0",
      cidr: "10.7.0.0/16",
      public: ["subnet-0000000a", "subnet-0000000b"],
      private: ["subnet-0000000c"],
      data: ["subnet-0000000d", "subnet-0000000e"],
    },
  },
  limits: { requestsPerMinute: 100_000 },
  rehearsal: { command: commandOf("uvicorn") },
  smoke: [{ path: "/version" }],
};

let project: ReturnType<typeof projectCopy>;
let status: Status;

beforeAll(async () => {
  if (!hasForeign) return;
  project = projectCopy(LEAN);
  const file = join(project.projectDir, "Pulumi.yaml");
  writeFileSync(file, readFileSync(file, "utf8").replace(/^name: .*$/m, "name: shop"));
  status = await rehearse.up(project);
});
afterAll(removeCopies);

describe.skipIf(!hasForeign)(`${foreignSkipped}a lean stack`, () => {
  test("runs no Redis and names none", () => {
    expect(status.cache).toBeUndefined();
    expect(statusText(status)).toContain("beta is up");
    expect(statusText(status)).not.toContain("cache");
    const { processes } = JSON.parse(readFileSync(join(project.stateDir, "beta", "state.json"), "utf8"));
    expect(Object.keys(processes)).not.toContain("redis");
  });

  test("leads the app to a database here, over TLS, in place of the one that is there", async () => {
    const ca = readFileSync(status.caFile, "utf8");
    const itself = encodeURIComponent(`https://localhost:${new URL(status.url).port}/version`);
    const { status: code, body } = await get(`${status.url}/trust?url=${itself}`, ca);
    expect(code, body).toBe(200);
    expect(JSON.parse(body)).toMatchObject({ database: expect.stringMatching(/^TLSv1/), cache: null });
  });

  test("serves by its weights, and a shift moves them", async () => {
    const ca = readFileSync(status.caFile, "utf8");
    const before = await counted(status.url, ca, 100);
    expect([before.failed, before.blue! > before.green!]).toEqual([undefined, true]);
    project.configure({ ...LEAN, tracks: { blue: { weight: 0 }, green: { weight: 100 } } });
    await rehearse.apply(project);
    expect(await counted(status.url, ca, 50)).toEqual({ green: 50 });
  });

  test("needs down and up for a cache that comes later, and says so", async () => {
    project.configure({ ...LEAN, cache: {} });
    await expect(rehearse.apply(project)).rejects.toThrow(
      "beta has a cache now and came up without one: rollout rehearse down --stack beta, then up",
    );
  });
});
