/**
 * Who may reach a subnet: `public` holds the balancer and the NAT gateways, `private` the servers, `data` the database
 * and the cache.
 */
export type SubnetTier = "public" | "private" | "data";

const TIERS: readonly SubnetTier[] = ["public", "private", "data"];
const ZONES = "abcdef";

/**
 * The IPv4 range of a tier's subnet in a zone: a quarter of the /16 for each tier (the last quarter stays free), an
 * eighth of that for each zone, so a /21 of 2,043 usable addresses.
 *
 * It depends on the zone's letter and on nothing else: a third zone moves neither of the first two.
 *
 * @param cidr the network's range, an IPv4 /16 such as `10.20.0.0/16`
 * @param zone the letter of an availability zone, `a` to `f`
 * @throws {RangeError} on any other range or zone
 */
export function subnetRange(cidr: string, tier: SubnetTier, zone: string): string {
  const [, first, second] = /^(\d+)\.(\d+)\.0\.0\/16$/.exec(cidr) ?? [];
  if (!first || !second) throw new RangeError(`not an IPv4 /16: ${cidr}`);
  return `${first}.${second}.${TIERS.indexOf(tier) * 64 + zoneIndex(zone) * 8}.0/21`;
}

/**
 * The IPv6 range of a zone's public subnet: a /64 of the /56 that AWS gives to the network.
 *
 * The range of the network is known once AWS has made it. Until then (in a capture, or under mocks) its place is held by
 * a reference, which is returned as it is.
 *
 * @param block the network's range as AWS writes it, such as `2600:1f18:12:3400::/56`
 * @param zone the letter of an availability zone, `a` to `f`
 */
export function ipv6SubnetRange(block: string, zone: string): string {
  const [, head] = /^([0-9a-f:]+)::\/56$/.exec(block) ?? [];
  if (!head) return block;
  // `::` also stands for the zeros that end the network's own part.
  const [a = "0", b = "0", c = "0", d = "0"] = head.split(":");
  const groups = [a, b, c, d].map((group) => Number.parseInt(group, 16));
  groups.push((groups.pop() ?? 0) + zoneIndex(zone));
  return `${groups.map((group) => group.toString(16)).join(":")}::/64`;
}

function zoneIndex(zone: string): number {
  const index = zone.length === 1 ? ZONES.indexOf(zone) : -1;
  if (index < 0) throw new RangeError(`not the letter of an availability zone: ${zone}`);
  return index;
}
