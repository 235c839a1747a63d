import { type Finding, fail, pass } from "../../finding.ts";

export interface DnsFacts {
  name: string;
  /** What the public name resolves to. */
  addresses: readonly string[];
  balancer: string;
  /** What the balancer's own name resolves to. An ALB changes them, and shows only some of them at a time. */
  balancerAddresses: readonly string[];
}

/** The public name leads to the balancer, and nowhere else as well. */
export function judgeDns({ name, addresses, balancer, balancerAddresses }: DnsFacts): Finding {
  if (addresses.length === 0)
    return fail(
      `${name} has no address`,
      "Look whether the registrar's name servers are those of the hosted zone, then run `pulumi up`.",
    );
  const known = new Set(balancerAddresses);
  const others = addresses.filter((address) => !known.has(address));
  if (others.length === 0) return pass(`${name} is ${addresses.join(", ")}, the balancer's own`);
  return fail(
    `${name} is ${addresses.join(", ")}; the balancer ${balancer} is ${balancerAddresses.join(", ") || "without address"}`,
    `Point ${name} to the balancer: remove the record that somebody else made, then run \`pulumi up\`. A change takes up to its time to live to be seen.`,
  );
}
