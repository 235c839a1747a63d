import { describe, expect, test } from "vitest";
import { ipv6SubnetRange, type SubnetTier, subnetRange } from "../../../infra/network/cidr.ts";

const TIERS: SubnetTier[] = ["public", "private", "data"];
const ZONES = [..."abcdef"];

describe("IPv4 ranges", () => {
  test("each tier has a quarter of the network, each zone an eighth of the quarter", () => {
    expect(subnetRange("10.20.0.0/16", "public", "a")).toBe("10.20.0.0/21");
    expect(subnetRange("10.20.0.0/16", "public", "b")).toBe("10.20.8.0/21");
    expect(subnetRange("10.20.0.0/16", "private", "a")).toBe("10.20.64.0/21");
    expect(subnetRange("10.20.0.0/16", "data", "f")).toBe("10.20.168.0/21");
  });

  test("no two ranges overlap and all are inside the network", () => {
    const starts = TIERS.flatMap((tier) =>
      ZONES.map((zone) => start(subnetRange("10.20.0.0/16", tier, zone))),
    );
    starts.sort((a, b) => a - b);
    for (const [i, next] of starts.slice(1).entries()) {
      expect(next - starts[i]!).toBeGreaterThanOrEqual(2 ** (32 - 21));
    }
    expect(starts[0]).toBe(start("10.20.0.0/21"));
    expect(starts.at(-1)! + 2 ** (32 - 21)).toBeLessThanOrEqual(start("10.21.0.0/16"));
  });

  test.each([
    ["10.20.0.0/20", "a", "not an IPv4 /16: 10.20.0.0/20"],
    ["10.20.1.0/16", "a", "not an IPv4 /16: 10.20.1.0/16"],
    ["10.20.0.0/16", "g", "not the letter of an availability zone: g"],
    ["10.20.0.0/16", "", "not the letter of an availability zone: "],
    ["10.20.0.0/16", "ab", "not the letter of an availability zone: ab"],
  ])("refuses %s in zone %s", (cidr, zone, message) => {
    expect(() => subnetRange(cidr, "public", zone)).toThrow(new RangeError(message));
  });
});

describe("IPv6 ranges", () => {
  test.each([
    ["2600:1f18:12:3400::/56", "a", "2600:1f18:12:3400::/64"],
    ["2600:1f18:12:3400::/56", "c", "2600:1f18:12:3402::/64"],
    ["2600:1f18:12:ff00::/56", "f", "2600:1f18:12:ff05::/64"],
    ["2600:1f18:12::/56", "b", "2600:1f18:12:1::/64"],
    ["2600:1f18::/56", "b", "2600:1f18:0:1::/64"],
  ])("%s in zone %s is %s", (block, zone, range) => {
    expect(ipv6SubnetRange(block, zone)).toBe(range);
  });

  test("a range that isn't known yet stays a reference", () => {
    expect(ipv6SubnetRange(`\${beta-vpc.ipv6CidrBlock}`, "b")).toBe(`\${beta-vpc.ipv6CidrBlock}`);
  });
});

/** The first address of a range, as a number. */
function start(range: string): number {
  return range
    .split("/")[0]!
    .split(".")
    .reduce((sum, part) => sum * 256 + Number(part), 0);
}
