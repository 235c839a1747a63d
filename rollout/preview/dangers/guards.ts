import { DATA } from "./guards/data.ts";
import { type Guard, PUBLIC, READABLE } from "./guards/guard.ts";
import { SERVERS } from "./guards/servers.ts";
import { STORAGE } from "./guards/storage.ts";
import { TRAFFIC } from "./guards/traffic.ts";

/** Each with the value that AWS takes when the property is absent. */
export const GUARDS: Guard[] = [...DATA, ...TRAFFIC, ...SERVERS, ...STORAGE];

/** Types that protect by being there. */
export const GUARDIANS: Record<string, string> = {
  "aws:s3/bucketPublicAccessBlock:BucketPublicAccessBlock": PUBLIC,
  "aws:s3/bucketServerSideEncryptionConfiguration:BucketServerSideEncryptionConfiguration": READABLE,
  "aws:wafv2/webAclAssociation:WebAclAssociation": "Requests reach the balancer unfiltered.",
  "aws:wafv2/webAcl:WebAcl": "Requests reach the balancer unfiltered.",
  "aws:ec2/flowLog:FlowLog": "After an incident nobody can tell what talked to what.",
  "aws:ec2/defaultSecurityGroup:DefaultSecurityGroup":
    "What is put into the default group by mistake can reach everything in it.",
};
