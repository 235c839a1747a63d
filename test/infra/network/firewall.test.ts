import { describe, expect, test } from "vitest";
import { Firewall } from "../../../infra/network/firewall.ts";
import { type Recorded, type Recording, record } from "../../support/mocks.ts";

const IN = "aws:vpc/securityGroupIngressRule:SecurityGroupIngressRule";
const OUT = "aws:vpc/securityGroupEgressRule:SecurityGroupEgressRule";
const EVERYBODY = ["0.0.0.0/0", "::/0"];

function firewall(sshFrom: string[] = [], egress: { port: number; to: string[] }[] = []): Promise<Recording> {
  return record(() => {
    const { balancerGroupId, serversGroupId, databaseGroupId, cacheGroupId } = new Firewall("beta", {
      vpcId: "vpc-1",
      sshFrom,
      egress,
      cache: true,
    });
    return { balancerGroupId, serversGroupId, databaseGroupId, cacheGroupId };
  });
}

const recorded = await firewall();

describe("what comes in", () => {
  test("the internet reaches the balancer's 80 and 443 and nothing else", async () => {
    const withSsh = await firewall(["203.0.113.7/32", "2001:db8::/64"]);
    for (const { of } of [recorded, withSsh]) {
      const open = of(IN).filter(({ inputs }) => EVERYBODY.includes(inputs.cidrIpv4 ?? inputs.cidrIpv6));
      expect(open.map(readable).toSorted()).toEqual([
        "${beta-balancer.id} 443 0.0.0.0/0",
        "${beta-balancer.id} 443 ::/0",
        "${beta-balancer.id} 80 0.0.0.0/0",
        "${beta-balancer.id} 80 ::/0",
      ]);
    }
  });

  test("every other group is reached from the one before it only", () => {
    const inner = recorded.of(IN).filter(({ inputs }) => inputs.securityGroupId !== "${beta-balancer.id}");
    expect(inner.map(readable).toSorted()).toEqual([
      "${beta-cache.id} 6379 ${beta-servers.id}",
      "${beta-database.id} 5432 ${beta-servers.id}",
      "${beta-servers.id} 443 ${beta-balancer.id}",
    ]);
  });
});

describe("what the app may reach besides", () => {
  test("is the named ports, at the named addresses, and changes nothing else", async () => {
    const egress = [
      { port: 587, to: ["0.0.0.0/0"] },
      { port: 5432, to: ["203.0.113.7/32", "198.51.100.0/24", "203.0.113.7/32"] },
    ];
    const { of } = await firewall([], egress);
    const before = recorded.of(OUT).map(({ name }) => name);
    const opened = of(OUT).filter(({ name }) => !before.includes(name));
    expect(opened.map(readable).toSorted()).toEqual([
      "${beta-servers.id} 5432 198.51.100.0/24",
      "${beta-servers.id} 5432 203.0.113.7/32",
      "${beta-servers.id} 587 0.0.0.0/0",
    ]);
    expect(of(OUT)).toHaveLength(before.length + opened.length);
    expect(of(IN)).toHaveLength(recorded.of(IN).length);
  });
});

describe("ssh", () => {
  test("is closed unless addresses are named", () => {
    expect(recorded.of(IN).filter(({ inputs }) => inputs.fromPort === 22)).toEqual([]);
  });

  test("is open to the named addresses, IPv4 and IPv6, each once", async () => {
    const { of } = await firewall(["203.0.113.7/32", "2001:db8::/64", "203.0.113.7/32"]);
    const ssh = of(IN).filter(({ inputs }) => inputs.fromPort === 22);
    expect(ssh.map(readable).toSorted()).toEqual([
      "${beta-servers.id} 22 2001:db8::/64",
      "${beta-servers.id} 22 203.0.113.7/32",
    ]);
    expect(ssh.map(({ name }) => name).toSorted()).toEqual([
      "beta-servers-22-from-ssh-2001-db8---64",
      "beta-servers-22-from-ssh-203-0-113-7-32",
    ]);
  });

  test("a second address leaves the first one's rule alone", async () => {
    const [one, two] = [
      await firewall(["203.0.113.7/32"]),
      await firewall(["198.51.100.1/32", "203.0.113.7/32"]),
    ];
    const name = "beta-servers-22-from-ssh-203-0-113-7-32";
    expect(two.one(IN, name)).toEqual(one.one(IN, name));
  });
});

describe("what goes out", () => {
  test("the balancer to servers; servers to the database, the cache and the web", () => {
    expect(recorded.of(OUT).map(readable).toSorted()).toEqual([
      "${beta-balancer.id} 443 ${beta-servers.id}",
      "${beta-servers.id} 443 0.0.0.0/0",
      "${beta-servers.id} 5432 ${beta-database.id}",
      "${beta-servers.id} 6379 ${beta-cache.id}",
      "${beta-servers.id} 80 0.0.0.0/0",
    ]);
  });

  test("a way in between groups is also a way out at the other end", () => {
    const ends = (type: string, from: string, to: string) =>
      recorded
        .of(type)
        .filter(({ inputs }) => inputs.referencedSecurityGroupId)
        .map(({ inputs }) => `${inputs[from]} -> ${inputs[to]} ${inputs.fromPort}`)
        .toSorted();
    expect(ends(OUT, "securityGroupId", "referencedSecurityGroupId")).toEqual(
      ends(IN, "referencedSecurityGroupId", "securityGroupId"),
    );
  });
});

test("every rule is one TCP port, and says why in characters that EC2 takes", async () => {
  const { of } = await firewall(["203.0.113.7/32"]);
  for (const { name, inputs } of [...of(IN), ...of(OUT)]) {
    expect(inputs.ipProtocol, name).toBe("tcp");
    expect(inputs.toPort, name).toBe(inputs.fromPort);
    // EC2 API Reference, "IpRange": the description's valid characters.
    expect(inputs.description, name).toMatch(/^[a-zA-Z0-9 ._\-:/()#,@[\]+=&;{}!$*]{1,255}$/);
  }
});

test("groups have no rules of their own, which would fight with the separate ones", () => {
  const groups = recorded.of("aws:ec2/securityGroup:SecurityGroup");
  expect(groups.map(({ name }) => name).toSorted()).toEqual([
    "beta-balancer",
    "beta-cache",
    "beta-database",
    "beta-servers",
  ]);
  for (const { name, inputs } of groups) {
    expect(inputs, name).not.toHaveProperty("ingress");
    expect(inputs, name).not.toHaveProperty("egress");
    expect(inputs.description, name).toMatch(/^[a-zA-Z0-9 ._\-:/()#,@[\]+=&;{}!$*]{1,255}$/);
  }
  expect(recorded.outputs).toEqual({
    balancerGroupId: "${beta-balancer.id}",
    serversGroupId: "${beta-servers.id}",
    databaseGroupId: "${beta-database.id}",
    cacheGroupId: "${beta-cache.id}",
  });
});

function readable({ inputs }: Recorded): string {
  const peer = inputs.cidrIpv4 ?? inputs.cidrIpv6 ?? inputs.referencedSecurityGroupId;
  return `${inputs.securityGroupId} ${inputs.fromPort} ${peer}`;
}
