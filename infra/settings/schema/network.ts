import { isIPv4 } from "node:net";
import { z } from "zod";
import { upTo } from "../../sure.ts";
import { text, whole } from "./fields.ts";

const PRIVATE = "must be a private range: of 10, 172.16 to 172.31 but 172.17, 192.168, or 100.64 to 100.127";

const subnets = (least: number, meaning: string) =>
  z
    .array(
      text("must be a subnet's id, such as subnet-0123456789abcdef0", /^subnet-[0-9a-f]{8,17}$/),
      "must be a list of subnets",
    )
    .min(least, least > 1 ? `must name ${least} subnets or more, each in another zone` : "must name a subnet")
    .refine((ids) => new Set(ids).size === ids.length, "must name each subnet once")
    .describe(meaning);

const existing = z.strictObject(
  {
    vpc: text("must be a VPC's id, such as vpc-0123456789abcdef0", /^vpc-[0-9a-f]{8,17}$/).describe(
      "the VPC's id",
    ),
    cidr: text(
      "must be an IPv4 range from /16 to /28, such as 10.0.0.0/16",
      /^(\d{1,3}\.){3}\d{1,3}\/(1[6-9]|2[0-8])$/,
    )
      .refine((value) => isIPv4(upTo(value, "/")), {
        error: "must be an IPv4 range from /16 to /28, such as 10.0.0.0/16",
        abort: true,
      })
      .refine(isPrivate, PRIVATE)
      .describe("the IPv4 range that its public subnets are in: servers take requests from there only"),
    public: subnets(2, "its subnets for the balancer, with a route to an internet gateway"),
    private: subnets(1, "its subnets for the servers, with a route to NAT"),
    data: subnets(2, "its subnets for database and cache"),
  },
  "must be a network: { vpc, cidr, public, private, data }",
);

const rangeRule = "must be an IPv4 range such as 203.0.113.7/32";

/** Servers have no IPv6 address, and EC2 wants a range without the bits that it leaves open. */
export const range = z.string(rangeRule).refine((value) => {
  const [address = "", bits = ""] = value.split("/");
  return /^(\d|[12]\d|3[0-2])$/.test(bits) && isIPv4(address) && startOf(address, Number(bits)) === address;
}, rangeRule);

/** The first address of a range. */
function startOf(address: string, bits: number): string {
  const number = address.split(".").reduce((sum, part) => sum * 256 + Number(part), 0);
  const size = 2 ** (32 - bits);
  const start = Math.floor(number / size) * size;
  return [24, 16, 8, 0].map((shift) => Math.floor(start / 2 ** shift) % 256).join(".");
}

export const network = z.strictObject({
  cidr: text("must be an IPv4 /16, such as 10.20.0.0/16", /^(\d{1,3}\.){2}0\.0\/16$/)
    .refine((value) => isIPv4(upTo(value, "/")), {
      error: "must be an IPv4 /16, such as 10.20.0.0/16",
      abort: true,
    })
    .refine(isPrivate, PRIVATE)
    .default("10.20.0.0/16")
    .describe("the network's IPv4 range, a /16"),
  zones: z
    .array(text("must be the letter of an availability zone", /^[a-f]$/), "must be a list of zone letters")
    .min(2, "must name two or three availability zones")
    .max(3, "must name two or three availability zones")
    .refine((zones) => new Set(zones).size === zones.length, "must name each zone once")
    .default(["a", "b"])
    .describe("letters of the availability zones, two or three"),
  proxies: z
    .array(
      range.refine(
        (value) => Number(value.split("/")[1]) >= 8,
        "must be /8 or smaller: else anybody is believed",
      ),
      "must be a list of address ranges",
    )
    .default([])
    .describe(
      "IPv4 ranges of a proxy or content network before the balancer, whose word on a client's address is believed; the web " +
        "firewall's limit then goes by the first address that it names, so it must let none of a client's own through",
    ),
  existing: existing
    .optional()
    .describe(
      "a network that is there already, in place of one of the stack's own; cidr and zones say nothing then",
    ),
});

/**
 * What nobody on the internet has (RFC 1918, RFC 6598), so that no address of others is taken for one of ours. Docker's own
 * network is 172.17, and a container would look for the database there.
 */
function isPrivate(range: string): boolean {
  const [first, second = 0] = range.split(".").map(Number);
  if (first === 172) return second >= 16 && second <= 31 && second !== 17;
  if (first === 100) return second >= 64 && second <= 127;
  return first === 10 || (first === 192 && second === 168);
}

/** What is open anyhow, to everywhere (network/firewall.ts). */
const OPEN = [80, 443];

export const egress = z
  .array(
    z.strictObject(
      {
        port: whole(1, 65_535)
          .refine((port) => !OPEN.includes(port), `is open as it is, like ${OPEN.join(" and ")}`)
          .describe("the TCP port"),
        to: z
          .array(range, "must be a list of address ranges")
          .min(1, "must name an address range")
          .default(["0.0.0.0/0"])
          .describe(
            "the IPv4 ranges that have it; by default everywhere, for a service that doesn't say where it is",
          ),
      },
      "must be a way out: { port, to }",
    ),
    "must be a list of ways out",
  )
  .refine((ways) => new Set(ways.map(({ port }) => port)).size === ways.length, "must name each port once");
