import { setTimeout as sleep } from "node:timers/promises";
import { describe, expect, test } from "vitest";
import { startLoad } from "../../../rollout/load/load.ts";
import type { Client } from "../../../rollout/load/requests/client.ts";
import { NO_TRACK } from "../../../rollout/load/tally.ts";

const target = { url: "https://127.0.0.1:1", domain: "beta.example.com" };

/** A service in memory; `before` may delay or break an answer. */
function service(before: () => Promise<string> | string = () => "blue"): Client {
  const quotes = new Map<string, string>();
  return {
    async send({ path, body }) {
      const track = await before();
      if (path === "/") return { status: 200, track, body: "<html></html>" };
      if (path === "/version") return { status: 200, track, body: JSON.stringify({ track }) };
      if (body === undefined) return { status: 200, track, body: quotes.get(path)! };
      const id = String(quotes.size);
      quotes.set(`/quotes/${id}`, JSON.stringify({ id, ...JSON.parse(body) }));
      return { status: 201, track, body: quotes.get(`/quotes/${id}`)! };
    },
    close: async () => undefined,
  };
}

describe("the open-loop load", () => {
  test("sends at its rate and loses nothing to a good service", async () => {
    const load = startLoad({ ...target, ratePerSecond: 200 }, "a", service());
    await sleep(500);
    const result = await load.stop();
    expect(result.lost).toBe(0);
    expect(result.requests).toBeGreaterThanOrEqual(Math.floor(result.seconds * 200));
    expect(result.requests).toBeLessThanOrEqual(Math.ceil(result.seconds * 200) + 1);
  });

  test("goes on sending while the service stalls, and charges it for each request that waits", async () => {
    let stalled = true;
    const answer = async () => {
      while (stalled) await sleep(5);
      return "blue";
    };
    const load = startLoad({ ...target, ratePerSecond: 100 }, "a", service(answer));
    await sleep(500);
    expect(load.progress().inFlight).toBeGreaterThan(40);
    stalled = false;
    const { tracks } = await load.stop();
    // Due evenly over half a second of standstill: the median waited for about half of it.
    expect(tracks.blue!.p50).toBeGreaterThan(150);
    expect(tracks.blue!.p99).toBeGreaterThan(400);
  });

  test("is charged for its own delay as well: latency counts from when a request was due", async () => {
    const load = startLoad({ ...target, ratePerSecond: 100 }, "a", service());
    await sleep(20);
    const end = performance.now() + 300;
    while (performance.now() < end);
    await sleep(20);
    expect((await load.stop()).tracks.blue!.p95).toBeGreaterThan(150);
  });

  test("a latency ends with the answer's headers, as an ALB's does, however long the rest takes", async () => {
    const streaming: Client = {
      async send() {
        const headersAt = performance.now();
        await sleep(300);
        return { status: 200, track: "blue", body: "<html></html>", headersAt };
      },
      close: async () => undefined,
    };
    const shots = { next: () => ({ method: "GET", path: "/", from: "", mistake: () => undefined }) as const };
    const load = startLoad({ ...target, ratePerSecond: 100, shots }, "a", streaming);
    await sleep(300);
    expect((await load.stop()).tracks.blue!.p95).toBeLessThan(200);
  });

  test("counts what it may not send as lost", async () => {
    const never = () => sleep(300).then(() => "blue");
    const load = startLoad({ ...target, ratePerSecond: 100, maxInFlight: 5 }, "a", service(never));
    await sleep(200);
    const { lost, requests, reasons, tracks } = await load.stop();
    expect(lost).toBe(requests - 5);
    expect(Object.keys(reasons).every((reason) => reason.includes("too many in flight"))).toBe(true);
    expect(tracks[NO_TRACK]!.failures).toBe(lost);
  });

  test("counts errors by what went wrong", async () => {
    const broken = () => Promise.reject(Object.assign(new Error("reset"), { code: "ECONNRESET" }));
    const load = startLoad({ ...target, ratePerSecond: 100 }, "a", service(broken));
    await sleep(100);
    const { lost, requests, reasons } = await load.stop();
    expect(lost).toBe(requests);
    expect(Object.keys(reasons).sort()).toEqual([
      "GET got no answer: ECONNRESET",
      "POST got no answer: ECONNRESET",
    ]);
  });
});

describe("phases", () => {
  test("own only what was sent and answered in them; the rest still counts in total", async () => {
    let track = "blue";
    const slow = async () => {
      const mine = track;
      await sleep(50);
      return mine;
    };
    const load = startLoad({ ...target, ratePerSecond: 200 }, "first", service(slow));
    await sleep(300);
    track = "green";
    const first = load.mark("second");
    await sleep(300);
    const result = await load.stop();
    expect(first.tracks.green).toBeUndefined();
    expect(Object.keys(result.phases[1]!.tracks)).toEqual(["green"]);
    expect(result.phases.map(({ name }) => name)).toEqual(["first", "second"]);
    const owned = result.phases
      .flatMap(({ tracks }) => Object.values(tracks))
      .map(({ requests }) => requests);
    expect(result.between).toBeGreaterThan(0);
    expect(owned.reduce((sum, each) => sum + each, result.between)).toBe(result.requests);
  });
});
