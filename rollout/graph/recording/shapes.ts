/**
 * Outputs that are more than one value. Every other output that a resource computes is one opaque value, named by its
 * property; these have structure that programs reach into (`certificate.domainValidationOptions[0].resourceRecordName`).
 *
 * Source: the output types of @pulumi/aws. One element stands for each list.
 */
const SHAPES: Record<string, Record<string, Shape>> = {
  "aws:acm/certificate:Certificate": {
    domainValidationOptions: [
      ["domainName", "resourceRecordName", "resourceRecordType", "resourceRecordValue"],
    ],
  },
  "aws:ec2/vpcEndpoint:VpcEndpoint": { dnsEntries: [["dnsName", "hostedZoneId"]] },
  "aws:elasticache/cluster:Cluster": { cacheNodes: [["address", "availabilityZone", "id", "port"]] },
  "aws:rds/instance:Instance": { masterUserSecrets: [["kmsKeyId", "secretArn", "secretStatus"]] },
  "aws:route53/zone:Zone": { nameServers: [[]] },
};

/** A list of one element with these fields; without fields the element is one value. */
type Shape = [string[]];

/** The state of one computed output, its leaves made by `leaf` from dotted paths: `masterUserSecrets.0.secretArn`. */
export function shaped(type: string, property: string, leaf: (path: string) => unknown): unknown {
  const shape = SHAPES[type]?.[property];
  if (!shape) return leaf(property);
  const [fields] = shape;
  if (fields.length === 0) return [leaf(`${property}.0`)];
  return [Object.fromEntries(fields.map((field) => [field, leaf(`${property}.0.${field}`)]))];
}
