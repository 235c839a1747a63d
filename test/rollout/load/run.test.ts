import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { afterAll, beforeAll, expect, test } from "vitest";
import { runLoad } from "../../../rollout/load/run.ts";

// Every answer is an error of a track: what matters here is when the load ends and what it has counted.
const server = createServer((_, response) => response.writeHead(500, { "x-track": "blue" }).end());
beforeAll(() => new Promise<void>((done) => server.listen(0, "127.0.0.1", done)));
afterAll(() => server.close());

const options = () => ({
  url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
  domain: "beta.example.com",
  ratePerSecond: 100,
});

test("a timed load ends by itself, tells how it goes, and has counted every error", async () => {
  const ticks: number[] = [];
  const result = await runLoad({
    ...options(),
    seconds: 1.2,
    onTick: ({ requests }) => ticks.push(requests),
  });
  expect(result.requests).toBeGreaterThan(100);
  expect(result.lost).toBe(result.requests);
  expect(result.tracks.blue).toMatchObject({ requests: result.requests, failures: result.requests });
  expect(Object.keys(result.reasons)).toContain("POST /quotes answered 500");
  // A busy machine may end it late, after another tick.
  expect(ticks.length).toBeGreaterThanOrEqual(2);
});

test("a signal ends it earlier", async () => {
  const { seconds } = await runLoad({ ...options(), seconds: 60, signal: AbortSignal.timeout(200) });
  expect(seconds).toBeLessThan(5);
});

test("a load without an end is refused", async () => {
  await expect(runLoad(options())).rejects.toThrow(RangeError);
});
