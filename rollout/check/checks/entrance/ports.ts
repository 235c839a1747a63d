import { type Finding, fail, pass, unknown } from "../../finding.ts";

export interface PortFacts {
  /** Such as `port 443` or `the database's port 5432`. */
  what: string;
  expected: "redirects" | "serves" | "closed";
  found: "redirects" | "serves" | "open" | "refused" | "silent" | "not asked";
}

/** What the firewall lets in is reachable and does its work; nothing else answers. */
export function judgePorts(ports: readonly PortFacts[]): Finding {
  const wrong = ports.filter(({ expected, found }) =>
    expected === "closed"
      ? found === "open" || found === "serves" || found === "redirects"
      : found !== expected,
  );
  const asked = ports.filter(({ found }) => found !== "not asked");
  const lines = (list: readonly PortFacts[]) => list.map(({ what, found }) => `${what} ${found}`).join(", ");
  const open = wrong.filter(({ expected }) => expected === "closed");
  if (open.length > 0)
    return fail(
      `reachable, and must not be: ${lines(open)}`,
      "Close it: only infra/network/firewall.ts may open a port. `pulumi refresh` shows a rule that somebody added by hand.",
    );
  const missed = wrong.filter(({ found }) => found !== "not asked");
  if (missed.length > 0)
    return fail(
      `${missed.map(({ what, found, expected }) => `${what} is ${found}, it should be what ${expected}`).join(", ")}`,
      "Look at the balancer's listeners and its security group, then run `pulumi up`.",
    );
  if (asked.length < ports.length)
    return unknown(lines(ports), "Run the check from a machine with a network address besides loopback.");
  const closed = ports.filter(({ expected }) => expected === "closed").length;
  return pass(
    `${lines(ports.filter(({ expected }) => expected !== "closed"))}; ${closed} other ports closed from here`,
  );
}
