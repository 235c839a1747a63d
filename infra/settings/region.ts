import type { Mistake } from "./explain.ts";

/**
 * Letters of the zones that a new account finds (EC2 User Guide, "Available zones"); in every other region a, b and c. Of
 * us-west-1 an account has two of the three.
 */
const ZONES: Record<string, string> = {
  "ap-northeast-1": "acd",
  "ap-northeast-2": "abcd",
  "ca-central-1": "abd",
  "us-east-1": "abcdef",
  "us-west-2": "abcd",
};

/** Where the stack is to stand, and whether the network's zones are there. @param zones undefined: the key is wrong itself */
export function regionMistakes(region: unknown, zones: readonly string[] | undefined): Mistake[] {
  if (typeof region !== "string" || !/^[a-z]{2,4}(-[a-z]+)+-\d$/.test(region))
    return [{ path: "aws:region", rule: "must be an AWS region such as us-east-1" }];
  // ARNs of `arn:aws:`, the load balancer's logs, Ubuntu's images: all are those of the commercial regions.
  if (/^(cn|us-gov|us-iso[a-z]?|eu-isoe|eusc)-/.test(region)) {
    const rule = `must be a commercial region of AWS: ${region} is of another partition, where names and services differ`;
    return [{ path: "aws:region", rule }];
  }
  const there = ZONES[region] ?? "abc";
  const lacking = (zones ?? []).filter((each) => !there.includes(each));
  if (lacking.length === 0) return [];
  const rule = `${region} has the zones ${[...there].join(", ")}, not ${lacking.join(", ")}`;
  return [{ path: "network.zones", rule }];
}
