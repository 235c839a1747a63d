import { createHash, randomBytes, randomUUID } from "node:crypto";
import { isObject, type Properties, UNKNOWN, type Value } from "./values.ts";

/**
 * What a resource knows only once it exists, made up. In a preview it is unknown, as with a real provider.
 *
 * The random provider's results start with `canary`, so that a test finds them wherever they leak.
 */
export function computed(urn: string, inputs: Properties, preview: boolean): Properties {
  const [type, name] = [urn.split("::")[2]!.split("$").at(-1)!, urn.split("::")[3]!];
  const made = make(type, name, inputs);
  if (!preview) return made;
  return Object.fromEntries(Object.keys(made).map((key) => [key, UNKNOWN]));
}

function make(type: string, name: string, inputs: Properties): Properties {
  const [pkg, token] = type.split(":", 2) as [string, string];
  const kind = token.split("/").at(-1)!;
  if (pkg === "random") return random(inputs);
  if (pkg === "docker") return image(name, inputs);
  const physical = `${name}-${hash(name).slice(0, 7)}`;
  const service = token.split("/")[0]!;
  const arn = `arn:aws:${service}:us-east-1:${ACCOUNT}:${kind}/${physical}`;
  return {
    id: `${kind}-${hash(name).slice(0, 17)}`,
    arn,
    name: physical,
    ...BY_TYPE[token]?.(physical, inputs),
  };
}

const ACCOUNT = "123456789012";

/** The outputs that the program reads besides `id`, `arn` and `name`. */
const BY_TYPE: Record<string, (physical: string, inputs: Properties) => Properties> = {
  "acm/certificate": (_, { domainName }) => ({
    domainValidationOptions: [
      {
        domainName: domainName ?? "",
        resourceRecordName: `_echo.${String(domainName)}`,
        resourceRecordType: "CNAME",
        resourceRecordValue: "_echo.acm-validations.aws",
      },
    ],
  }),
  "appconfig/configurationProfile": () => ({ configurationProfileId: "prof123" }),
  "appconfig/environment": () => ({ environmentId: "env1234" }),
  "appconfig/hostedConfigurationVersion": () => ({ versionNumber: 1 }),
  "ec2/eip": () => ({ publicIp: "198.51.100.7", allocationId: "eipalloc-0echo" }),
  "ec2/launchTemplate": () => ({ latestVersion: 1, defaultVersion: 1 }),
  "ec2/vpc": () => ({ ownerId: ACCOUNT, ipv6CidrBlock: "2001:db8:1200::/56" }),
  "ecr/repository": (name) => ({
    registryId: ACCOUNT,
    repositoryUrl: `${ACCOUNT}.dkr.ecr.us-east-1.amazonaws.com/${name}`,
  }),
  "elasticache/replicationGroup": (name) => ({
    replicationGroupId: name,
    primaryEndpointAddress: `master.${name}.echo.use1.cache.amazonaws.com`,
  }),
  "lb/loadBalancer": (name) => ({
    arnSuffix: `app/${name}/0123456789abcdef`,
    dnsName: `${name}.us-east-1.elb.amazonaws.com`,
    zoneId: "Z35SXDOTRQ7X7K",
  }),
  "lb/targetGroup": (name) => ({ arnSuffix: `targetgroup/${name}/0123456789abcdef` }),
  "rds/instance": (name) => ({ identifier: name, address: `${name}.echo.us-east-1.rds.amazonaws.com` }),
  "route53/record": (_, { name }) => ({ fqdn: plain(name) }),
  "s3/bucket": (name) => ({ bucket: name }),
  "s3/bucketObjectv2": (_, { content }) => ({ versionId: hash(plain(content)).slice(0, 32) }),
  "secretsmanager/secretVersion": () => ({ versionId: randomUUID() }),
  "sns/topic": () => ({ owner: ACCOUNT }),
};

function random({ length }: Properties): Properties {
  const letters = randomBytes(64).toString("hex");
  const result = `canary${letters}`.slice(0, Number(length ?? 32));
  return { id: "none", result, bcryptHash: `canary-hash-${letters.slice(0, 16)}` };
}

function image(name: string, { imageName }: Properties): Properties {
  const digest = `sha256:${hash(name)}`;
  return { id: digest, repoDigest: `${plain(imageName)}@${digest}` };
}

function plain(value: Value | undefined): string {
  return String(isObject(value) ? value.value : value);
}

function hash(text: string): string {
  return createHash("sha256").update(text).digest("hex");
}
