import { expect, test } from "vitest";
import {
  firewallLines,
  splitLines,
  weightsFrom,
} from "../../../rollout/platforms/rehearsal/balancer/config/maps.ts";
import { parseStats } from "../../../rollout/platforms/rehearsal/balancer/stats.ts";
import { PAGE } from "./balancer-graph.ts";

test.each<Record<string, number>>([
  { blue: 90, green: 10 },
  { green: 100 },
  { a: 1, b: 2, c: 3, d: 4, e: 90 },
])("the weights %j come back from their map", (weights) => {
  expect(weightsFrom(splitLines({ weights }))).toEqual(weights);
});

test("half a map is no split", () => {
  const { "slot:0": _, ...rest } = splitLines({ weights: { blue: 100 } });
  expect(() => weightsFrom(rest)).toThrow("the balancer has 99 slots of its 100: its split is unknown");
  expect(() => weightsFrom({})).toThrow("0 slots");
});

test("maintenance is one line each, whatever is in the page", () => {
  const lines = firewallLines({
    passHeader: "x-rollout-operator",
    passDigest: "0C0DE",
    headers: { "retry-after": "300" },
    body: PAGE,
  });
  expect(Buffer.from(lines.body!, "base64").toString()).toBe(PAGE.replaceAll("\n", " "));
  expect(lines).toMatchObject({ closed: "yes", "pass:0C0DE": "yes", "header:retry-after": "300" });
  expect(firewallLines(undefined)).toEqual({});
});

test("HAProxy's statistics are read by name, also with commas in quotes", () => {
  const text = '# pxname,svname,last_chk,\ntrack-blue,blue-1,"a, ""b""",\ntrack-blue,BACKEND,,\n';
  expect(parseStats(text)).toMatchObject([
    { pxname: "track-blue", svname: "blue-1", last_chk: 'a, "b"' },
    { pxname: "track-blue", svname: "BACKEND", last_chk: "" },
  ]);
});
