import { isIPv4 } from "node:net";
import { z } from "zod";
import { upTo } from "../../sure.ts";
import { text } from "./fields.ts";

export const network = z.strictObject({
  cidr: text("must be an IPv4 /16, such as 10.20.0.0/16", /^(\d{1,3}\.){2}0\.0\/16$/)
    .refine((value) => isIPv4(upTo(value, "/")), "must be an IPv4 /16, such as 10.20.0.0/16")
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
