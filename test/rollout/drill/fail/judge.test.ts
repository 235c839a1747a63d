import { describe, expect, it } from "vitest";
import {
  goesOn,
  inWithin,
  late,
  outWithin,
  REFUSED_WITHIN,
  silentOutWithin,
  zoneOfServer,
} from "../../../../rollout/drill/fail/judge.ts";
import { startsAgain, unitIn } from "../../../../rollout/drill/fail/unit.ts";

const health = { path: "/health", statuses: "200", intervalSeconds: 5, timeoutSeconds: 4 };
const checks = { ...health, healthyAfter: 2, unhealthyAfter: 2 };

it("takes its limits from the balancer's health check", () => {
  expect([outWithin(checks), silentOutWithin(checks), inWithin(checks)]).toEqual([14, 20, 14]);
  expect(inWithin({ ...checks, healthyAfter: 5 })).toBe(29);
});

it.each([
  [14, []],
  [28, []],
  [28.1, ["out: after 28.1 s, expected within 14 s"]],
  [undefined, ["out: not within 28.0 s"]],
])("is late after %s s of 14, for a machine that does other things too", (taken, expected) => {
  expect(late("out", taken, 14)).toEqual(expected);
});

describe("the requests after the balancer has noticed", () => {
  const fates = (lost: number, kept: number, latencyMs = 20) => [
    ...Array.from({ length: lost }, () => ({ dueAt: 0, latencyMs, lost: true })),
    ...Array.from({ length: kept }, () => ({ dueAt: 0, latencyMs: 20, lost: false })),
  ];

  it.each([
    ["none lost where every track has a server", 0, 60, 0],
    ["a track's share lost when it has none", 6, 54, 0.1],
    ["a little more than its share, by chance", 12, 48, 0.1],
    ["all lost when no track has one", 60, 0, 1],
  ])("go on: %s", (_, lost, kept, deadShare) => {
    expect(goesOn(fates(lost, kept), deadShare, REFUSED_WITHIN.gone)).toEqual([]);
  });

  it.each([
    ["one lost though every track has a server", fates(1, 59), 0, ["1 of 60 requests lost, 0 % expected"]],
    ["far more than the share", fates(30, 30), 0.1, ["30 of 60 requests lost, 10 % expected"]],
    [
      "refused late",
      fates(6, 54, 9_000),
      0.1,
      ["the refusal of a request: after 9.0 s, expected within 2 s"],
    ],
    ["silence", [], 0, ["no request was answered"]],
  ])("don't: %s", (_, given, deadShare, expected) => {
    expect(goesOn(given, deadShare, REFUSED_WITHIN.gone)).toEqual(expected);
  });

  it.each([
    [24_000, []],
    [24_001, ["the refusal of a request: after 24.0 s, expected within 12 s"]],
  ])("wait as long as a connection may take where the servers are silent: %i ms", (latencyMs, expected) => {
    expect(goesOn(fates(6, 54, latencyMs), 0.1, REFUSED_WITHIN.silent)).toEqual(expected);
  });
});

it("spreads a track's servers over the zones", () => {
  expect([0, 1, 2, 3].map((index) => zoneOfServer(index, ["a", "b"]))).toEqual(["a", "b", "a", "b"]);
  expect(() => zoneOfServer(0, [])).toThrow(RangeError);
});

describe("the app's unit", () => {
  const unit =
    "ExecStart=/usr/bin/docker run --memory 2560m --memory-swap 2560m x\nRestart=always\nRestartSec=5\n";

  it("says what happens to an app that is killed", () => {
    expect(unitIn(unit)).toEqual({ memoryMiB: 2560, restart: "always", restartSeconds: 5 });
    expect(unitIn("docker run --memory 2g x")).toEqual({
      memoryMiB: 2048,
      restart: "no",
      restartSeconds: 0.1,
    });
    expect(() => unitIn("docker run x")).toThrow("without --memory");
  });

  it.each([
    ["always", true],
    ["on-failure", true],
    ["on-success", false],
    ["no", false],
  ])("with Restart=%s starts it again: %s", (restart, expected) => {
    expect(startsAgain({ memoryMiB: 1, restart, restartSeconds: 5 })).toBe(expected);
  });
});
