import { expect, test } from "vitest";
import { maxConnections, memoryGiB } from "../../../infra/settings/sizes/instance-class.ts";

test.each([
  ["db.t3.micro", 1],
  ["db.t4g.small", 2],
  ["db.t4g.medium", 4],
  ["db.m7g.large", 8],
  ["db.m6i.4xlarge", 64],
  ["db.r6g.xlarge", 32],
  ["db.c6gd.2xlarge", 16],
  ["db.z1d.large", 16],
])("%s has %d GiB", (instanceClass, gib) => {
  expect(memoryGiB(instanceClass)).toBe(gib);
});

test.each(["db.q1.large", "db.t4g.huge", "t4g.small"])("%s isn't guessed at", (instanceClass) => {
  expect(() => memoryGiB(instanceClass)).toThrow(`memory of ${instanceClass} isn't known`);
});

test("connections follow memory and end at 5000", () => {
  expect(maxConnections("db.t4g.small")).toBe(202);
  expect(maxConnections("db.r6g.16xlarge")).toBe(5000);
});
