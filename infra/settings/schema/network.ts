import { isIPv4 } from "node:net";
import { z } from "zod";
import { upTo } from "../../sure.ts";
import { text } from "./fields.ts";

export const network = z.strictObject({
  cidr: text("must be an IPv4 /16, such as 10.20.0.0/16", /^(\d{1,3}\.){2}0\.0\/16$/)
    .refine((value) => isIPv4(upTo(value, "/")), {
      error: "must be an IPv4 /16, such as 10.20.0.0/16",
      abort: true,
    })
    .refine(
      isPrivate,
      "must be a private range: of 10, 172.16 to 172.31 but 172.17, 192.168, or 100.64 to 100.127",
    )
    .default("10.20.0.0/16")
    .describe("the network's IPv4 range, a /16"),
  zones: z
    .array(text("must be the letter of an availability zone", /^[a-f]$/), "must be a list of zone letters")
    .min(2, "must name two or three availability zones")
    .max(3, "must name two or three availability zones")
    .refine((zones) => new Set(zones).size === zones.length, "must name each zone once")
    .default(["a", "b"])
    .describe("letters of the availability zones, two or three"),
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
