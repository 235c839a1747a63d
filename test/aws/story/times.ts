/** How long a service takes, in seconds. */
interface Time {
  /** As a rule. No document says it: what people see. */
  usual: number;
  /** After this the provider gives up, and `up` fails. */
  most: number;
  /** Where `most` is written. */
  source: string;
}

const provider = (resource: string) => `aws provider, ${resource}, Timeouts`;
const MINUTE = 60;

const CREATIONS: Record<string, Time> = {
  "aws:rds/instance:Instance": { usual: 12 * MINUTE, most: 40 * MINUTE, source: provider("aws_db_instance") },
  "aws:elasticache/replicationGroup:ReplicationGroup": {
    usual: 9 * MINUTE,
    most: 60 * MINUTE,
    source: provider("aws_elasticache_replication_group"),
  },
  "aws:ec2/natGateway:NatGateway": { usual: 110, most: 10 * MINUTE, source: provider("aws_nat_gateway") },
  "aws:lb/loadBalancer:LoadBalancer": { usual: 3 * MINUTE, most: 10 * MINUTE, source: provider("aws_lb") },
  "aws:acm/certificateValidation:CertificateValidation": {
    usual: 3 * MINUTE,
    most: 75 * MINUTE,
    source: provider("aws_acm_certificate_validation"),
  },
  "aws:ec2/vpcEndpoint:VpcEndpoint": { usual: 10, most: 10 * MINUTE, source: provider("aws_vpc_endpoint") },
  "aws:route53/record:Record": { usual: 40, most: 30 * MINUTE, source: provider("aws_route53_record") },
  "aws:wafv2/webAclAssociation:WebAclAssociation": {
    usual: 10,
    most: 5 * MINUTE,
    source: provider("aws_wafv2_web_acl_association"),
  },
  "docker:index/image:Image": { usual: 2 * MINUTE, most: 20 * MINUTE, source: "a build on a laptop" },
};

const OTHER: Time = { usual: 3, most: 2 * MINUTE, source: "an API call, with the provider's retries" };

const DELETIONS: Record<string, Time> = {
  "aws:rds/instance:Instance": { usual: 5 * MINUTE, most: 60 * MINUTE, source: provider("aws_db_instance") },
  "aws:elasticache/replicationGroup:ReplicationGroup": {
    usual: 6 * MINUTE,
    most: 45 * MINUTE,
    source: provider("aws_elasticache_replication_group"),
  },
  "aws:ec2/natGateway:NatGateway": { usual: 60, most: 30 * MINUTE, source: provider("aws_nat_gateway") },
  "aws:autoscaling/group:Group": {
    usual: 4 * MINUTE,
    most: 10 * MINUTE,
    source: provider("aws_autoscaling_group"),
  },
};

/** How far a time lies between the usual one (0) and the most (1), for one service. */
export type Luck = (what: string) => number;

export const usually: Luck = () => 0;

export interface Times {
  creation(type: string): number;
  deletion(type: string): number;
  /** From the launch of a server until it reports for service: the launch hook's patience is the most. */
  boot(hookSeconds: number): number;
}

/** In milliseconds. */
export function timesBy(luck: Luck): Times {
  const of = (what: string, { usual, most }: Pick<Time, "usual" | "most">) =>
    Math.round(1000 * (usual + luck(what) * (most - usual)));
  return {
    creation: (type) => of(`creation of ${type}`, CREATIONS[type] ?? OTHER),
    deletion: (type) => of(`deletion of ${type}`, DELETIONS[type] ?? OTHER),
    boot: (hookSeconds) => of("boot", { usual: 4 * MINUTE, most: hookSeconds - 10 }),
  };
}
