import * as pulumi from "@pulumi/pulumi";
import { expect, test } from "vitest";
import { Cache } from "../../../infra/data/cache.ts";
import { tierOf } from "../../../infra/settings/tier.ts";
import { type Recording, record } from "../../support/mocks.ts";

const GROUP = "aws:elasticache/replicationGroup:ReplicationGroup";

function cache(tier: "beta" | "prod", nodeType = "cache.t4g.micro"): Promise<Recording> {
  return record(() => {
    const { endpoint, port, replicationGroupId, nodeIds } = new Cache("beta", {
      subnetIds: ["subnet-a", "subnet-b"],
      securityGroupId: "sg-cache",
      settings: { nodeType, evictionPolicy: "volatile-lru" },
      tier: tierOf({ tier }),
      authToken: pulumi.secret("a password of sixteen or more"),
    });
    return { endpoint, port, replicationGroupId, nodeIds };
  });
}

const beta = await cache("beta");
const prod = await cache("prod");

test("it speaks TLS only, asks for the password and is encrypted at rest", () => {
  expect(beta.one(GROUP).inputs).toMatchObject({
    engine: "redis",
    engineVersion: "7.1",
    transitEncryptionEnabled: true,
    transitEncryptionMode: "required",
    atRestEncryptionEnabled: true,
    authToken: { secret: "a password of sixteen or more" },
  });
});

test("only its security group lets anybody in", () => {
  expect(beta.one(GROUP).inputs).toMatchObject({
    securityGroupIds: ["sg-cache"],
    subnetGroupName: "${beta-cache.name}",
  });
  expect(beta.one("aws:elasticache/subnetGroup:SubnetGroup").inputs.subnetIds).toEqual([
    "subnet-a",
    "subnet-b",
  ]);
});

test("it evicts by the configured policy", () => {
  expect(beta.one("aws:elasticache/parameterGroup:ParameterGroup").inputs).toMatchObject({
    family: "redis7",
    parameters: [{ name: "maxmemory-policy", value: "volatile-lru" }],
  });
});

test("beta has one node; prod fails over to a replica in another zone", () => {
  expect(beta.one(GROUP).inputs).toMatchObject({
    numCacheClusters: 1,
    automaticFailoverEnabled: false,
    multiAzEnabled: false,
    snapshotRetentionLimit: 1,
  });
  expect(prod.one(GROUP).inputs).toMatchObject({
    numCacheClusters: 2,
    automaticFailoverEnabled: true,
    multiAzEnabled: true,
    snapshotRetentionLimit: 7,
    finalSnapshotIdentifier: "beta-cache-final",
  });
});

test("it is protected, and what would replace it hangs on no setting", async () => {
  const identity = (each: Recording) => {
    const { urn, inputs } = each.one(GROUP);
    const { engine, port, subnetGroupName, atRestEncryptionEnabled, snapshotName, kmsKeyId } = inputs;
    return { urn, engine, port, subnetGroupName, atRestEncryptionEnabled, snapshotName, kmsKeyId };
  };
  expect(beta.one(GROUP).options.protect).toBe(true);
  expect(identity(prod)).toEqual(identity(beta));
  expect(identity(await cache("beta", "cache.m7g.large"))).toEqual(identity(beta));
  expect(identity(beta)).toMatchObject({
    urn: "urn:pulumi:beta::rollout::rollout:infra:Cache$aws:elasticache/replicationGroup:ReplicationGroup::beta-cache",
    snapshotName: undefined,
    kmsKeyId: undefined,
  });
});

test("every node can be watched by its own id", () => {
  expect(prod.outputs.nodeIds).toEqual([
    "${beta-cache.replicationGroupId}-001",
    "${beta-cache.replicationGroupId}-002",
  ]);
  expect(beta.outputs.nodeIds).toHaveLength(1);
});

test("servers reach the primary, whichever it is", () => {
  expect(beta.outputs).toMatchObject({ endpoint: "${beta-cache.primaryEndpointAddress}", port: 6379 });
});
