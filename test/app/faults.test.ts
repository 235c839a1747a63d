import { describe, expect, test } from "vitest";
import { isDirect, noFaults, parseFaults, suffer } from "../../app/faults.ts";

describe("an order of faults", () => {
  test("resets what it leaves out", () => {
    expect(parseFaults({ errorRate: 0.5 })).toEqual({ order: { ...noFaults, errorRate: 0.5 } });
  });

  test.each([
    [{ errorRate: 2 }, "errorRate must be a number from 0 to 1"],
    [{ latencyRate: "all" }, "latencyRate must be a number from 0 to 1"],
    [{ latencyMs: -1 }, "latencyMs must be 0 to 60000"],
    [{ crash: 1 }, "crash must be true or false"],
    [{ fire: true }, "fire is not a fault"],
  ])("%j is refused", (body, rule) => expect(parseFaults(body)).toEqual({ mistakes: [rule] }));

  test("fails and delays its share", async () => {
    expect(await suffer({ ...noFaults, errorRate: 0.5 }, () => 0.4)).toBe(true);
    expect(await suffer({ ...noFaults, errorRate: 0.5 }, () => 0.6)).toBe(false);
    const start = performance.now();
    await suffer({ ...noFaults, latencyMs: 50 }, () => 0.9);
    expect(performance.now() - start).toBeGreaterThan(45);
  });
});

describe("faults are ordered only from this machine itself", () => {
  test.each([
    ["127.0.0.1", {}, true],
    ["::1", {}, true],
    ["::ffff:127.0.0.1", {}, true],
    ["10.0.0.7", {}, false],
    [undefined, {}, false],
    ["127.0.0.1", { "x-forwarded-for": "198.18.0.1" }, false],
    ["127.0.0.1", { "x-real-ip": "198.18.0.1" }, false],
  ])("from %s with %j: %s", (address, headers, direct) => expect(isDirect(address, headers)).toBe(direct));
});
