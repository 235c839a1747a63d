import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { createServer, type Server } from "node:https";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, beforeEach, expect, test } from "vitest";
import type { Weights } from "../../../rollout/core/weights.ts";
import { makeCertificates } from "../../../rollout/platforms/rehearsal/machine/authority.ts";
import { type TourPlatform, tour } from "../../../rollout/tour/tour.ts";

/** A balancer and a service in one, that can be told to misbehave. */
let server: Server;
let folder: string;
let caFile: string;
let split: Weights;
let drop: number;
/** As `performance.now()` counts: nothing is answered before. */
let loadedAt: number;

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), "rollout-tour-test-"));
  const files = await makeCertificates(folder, "beta.example.com");
  caFile = files.caFile;
  let turn = 0;
  const stored = new Map<string, string>();
  server = createServer({ cert: readFileSync(files.certFile), key: readFileSync(files.keyFile) });
  server.on("request", async (request, response) => {
    if (drop > 0 && request.method === "GET" && drop--) return void request.socket.destroy();
    await new Promise((later) => setTimeout(later, Math.max(0, loadedAt - performance.now())));
    turn = (turn + 37) % 100;
    const track = Object.entries(split).flatMap(([name, weight]) => Array<string>(weight).fill(name))[turn]!;
    let body =
      request.url === "/version" ? JSON.stringify({ track }) : (stored.get(request.url!) ?? "<html></html>");
    if (request.method === "POST") {
      body = JSON.stringify({ id: `${stored.size}`, ...JSON.parse(await textOf(request)) });
      stored.set(`/quotes/${stored.size}`, body);
    }
    response.writeHead(request.method === "POST" ? 201 : 200, { "x-track": track }).end(body);
  });
  await new Promise<void>((done) => server.listen(0, "127.0.0.1", done));
});
afterAll(() => {
  server.close();
  rmSync(folder, { recursive: true });
});

let done: string[];
beforeEach(() => {
  split = { blue: 90, green: 10 };
  drop = 0;
  loadedAt = 0;
  done = [];
});

function platform(over: Partial<TourPlatform> = {}): TourPlatform {
  const { port } = server.address() as AddressInfo;
  return {
    async up() {
      done.push("up");
      return {
        url: `https://127.0.0.1:${port}`,
        caFile,
        domain: "beta.example.com",
        split: { ...split },
        stable: "blue",
      };
    },
    async shift(wanted) {
      done.push(`shift ${wanted.green}`);
      split = wanted;
    },
    async down() {
      done.push("down");
    },
    ...over,
  };
}

const say = () => undefined;
const options = {
  // A machine that is busy with other tests keeps up with it.
  ratePerSecond: 80,
  warmUpMs: 100,
  steps: (configured: Weights) => [
    { name: "as configured", split: configured, seconds: 1 },
    { name: "green 50", split: { blue: 50, green: 50 }, seconds: 1 },
  ],
  say,
};

test("a good tour has nothing to complain of", async () => {
  const { complaints, load, steps } = await tour(platform(), options);
  expect(complaints).toEqual([]);
  expect(load.requests).toBeGreaterThan(150);
  expect(steps.map(({ name }) => name)).toEqual(["as configured", "green 50"]);
  expect(done).toEqual(["up", "shift 50", "down"]);
});

test("an app that loads itself for longer than the warm-up isn't measured before it answers", async () => {
  const up = async () => {
    loadedAt = performance.now() + 2500;
    return await platform().up();
  };
  const { complaints, load } = await tour(platform({ up }), options);
  expect(complaints).toEqual([]);
  const [warmUp, first] = load.phases;
  expect(warmUp?.seconds).toBeGreaterThan(2.4);
  expect(first?.name).toBe("as configured");
});

test("a shift that never reaches the balancer is found out", async () => {
  const steps = (configured: Weights) => options.steps(configured).map((step) => ({ ...step, seconds: 2 }));
  const { complaints } = await tour(platform({ shift: async () => undefined }), { ...options, steps });
  // A machine that is busy with other things may lose a request, which is another complaint.
  const ofShares = complaints.filter((line) => /got \d+ requests where/.test(line));
  expect(ofShares).toEqual([
    expect.stringMatching(/^green 50: blue got \d+ requests where 50 % allows \d+ to \d+$/),
    expect.stringMatching(/^green 50: green got \d+ requests where 50 % allows \d+ to \d+$/),
  ]);
});

test("one lost request is found out, also between two steps", async () => {
  const losing = async (wanted: Weights) => {
    drop = 1;
    split = wanted;
    await new Promise((later) => setTimeout(later, 100));
  };
  const { complaints } = await tour(platform({ shift: losing }), options);
  expect(complaints[0]).toMatch(/^1 of \d+ requests were lost$/);
  expect(complaints[1]).toMatch(/^ {2}1 x GET got no answer: UND_ERR_SOCKET$/);
});

test("a stack that doesn't come up is taken down", async () => {
  const up = () => Promise.reject(new Error("no port"));
  await expect(tour(platform({ up }), options)).rejects.toThrow("no port");
  expect(done).toEqual(["down"]);
});

test("after a shift that fails the stack is taken down", async () => {
  const shift = () => Promise.reject(new Error("weights must sum to 100"));
  await expect(tour(platform({ shift }), options)).rejects.toThrow("weights must sum to 100");
  expect(done).toEqual(["up", "down"]);
});

test("when interrupted the stack is taken down", async () => {
  const signal = AbortSignal.timeout(300);
  await expect(tour(platform(), { ...options, signal })).rejects.toThrow();
  expect(done).toEqual(["up", "down"]);
});

async function textOf(stream: AsyncIterable<unknown>): Promise<string> {
  let text = "";
  for await (const chunk of stream) text += chunk;
  return text;
}
