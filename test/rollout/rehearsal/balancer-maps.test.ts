import { expect, test } from "vitest";
import {
  firewallLines,
  splitFrom,
  splitLines,
} from "../../../rollout/platforms/rehearsal/balancer/config/maps.ts";
import { parseStats } from "../../../rollout/platforms/rehearsal/balancer/stats.ts";
import type { Split } from "../../../rollout/platforms/rehearsal/plan/balancer/model.ts";
import { PAGE } from "./balancer-graph.ts";

test.each<Split>([
  { weights: { blue: 90, green: 10 }, stickinessSeconds: null },
  { weights: { green: 100 }, stickinessSeconds: 3600 },
  { weights: { a: 1, b: 2, c: 3, d: 4, e: 90 }, stickinessSeconds: null },
])("the split %j comes back from its map", (split) => {
  expect(splitFrom(splitLines(split))).toEqual(split);
});

test("half a map is no split", () => {
  const { "slot:0": _, ...rest } = splitLines({ weights: { blue: 100 }, stickinessSeconds: null });
  expect(() => splitFrom(rest)).toThrow("the balancer has 99 slots of its 100: its split is unknown");
  expect(() => splitFrom({})).toThrow("0 slots");
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
