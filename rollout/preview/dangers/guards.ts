import { at, isObject, list, type Shown } from "../shown.ts";

/** A protection that a property gives: how strong each value of it is, higher is safer. */
export interface Guard {
  type: RegExp;
  path: string;
  strength: (value: Shown | undefined) => number;
  what: string;
  why: string;
}

const on = (absent: boolean) => (value: Shown | undefined) =>
  value === undefined || value === null ? Number(absent) : Number(value === true || value === "true");
const off = (absent: boolean) => (value: Shown | undefined) => 1 - on(absent)(value);
const ranked =
  (...weakToStrong: string[]) =>
  (value: Shown | undefined) =>
    value === undefined || value === null ? 0 : weakToStrong.indexOf(String(value)) + 1;

const READABLE = "Who gets hold of the disk, the backup or the line can read the data.";
const DELETABLE = "One wrong command, or one program with a mistake, deletes it.";
const PUBLIC = "It can be reached or read from outside of the network.";
const FAILS = "The loss of one zone or machine now takes it down.";

/** Each with the value that AWS takes when the property is absent. */
export const GUARDS: Guard[] = [
  {
    type: /^aws:rds\/(instance|cluster):/,
    path: "storageEncrypted",
    strength: on(false),
    what: "encryption at rest",
    why: READABLE,
  },
  {
    type: /^aws:rds\/instance:/,
    path: "publiclyAccessible",
    strength: off(false),
    what: "its distance from the internet",
    why: PUBLIC,
  },
  {
    type: /^aws:rds\/(instance|cluster):/,
    path: "deletionProtection",
    strength: on(false),
    what: "deletion protection",
    why: DELETABLE,
  },
  {
    type: /^aws:rds\/(instance|cluster):/,
    path: "skipFinalSnapshot",
    strength: off(false),
    what: "the last snapshot",
    why: "When it is deleted, nothing stays.",
  },
  {
    type: /^aws:rds\/(instance|cluster):/,
    path: "deleteAutomatedBackups",
    strength: off(true),
    what: "backups that outlive the database",
    why: "When it is deleted, its backups go as well.",
  },
  {
    type: /^aws:rds\/instance:/,
    path: "multiAz",
    strength: on(false),
    what: "the standby in another zone",
    why: FAILS,
  },
  {
    type: /^aws:elasticache\//,
    path: "atRestEncryptionEnabled",
    strength: on(false),
    what: "encryption at rest",
    why: READABLE,
  },
  {
    type: /^aws:elasticache\//,
    path: "transitEncryptionEnabled",
    strength: on(false),
    what: "TLS",
    why: READABLE,
  },
  {
    type: /^aws:elasticache\//,
    path: "transitEncryptionMode",
    strength: ranked("preferred", "required"),
    what: "TLS for every client",
    why: READABLE,
  },
  {
    type: /^aws:elasticache\//,
    path: "automaticFailoverEnabled",
    strength: on(false),
    what: "the failover",
    why: FAILS,
  },
  {
    type: /^aws:lb\/loadBalancer:/,
    path: "enableDeletionProtection",
    strength: on(false),
    what: "deletion protection",
    why: DELETABLE,
  },
  {
    type: /^aws:lb\/loadBalancer:/,
    path: "dropInvalidHeaderFields",
    strength: on(false),
    what: "the refusal of malformed headers",
    why: "Malformed headers let one request pass for two (request smuggling).",
  },
  {
    type: /^aws:lb\/loadBalancer:/,
    path: "desyncMitigationMode",
    strength: ranked("monitor", "defensive", "strictest"),
    what: "the guard against request smuggling",
    why: "Malformed requests reach the servers.",
  },
  {
    type: /^aws:lb\/loadBalancer:/,
    path: "internal",
    strength: on(false),
    what: "the private address",
    why: PUBLIC,
  },
  {
    type: /^aws:lb\/loadBalancer:/,
    path: "accessLogs.enabled",
    strength: on(false),
    what: "the access log",
    why: "After an incident nobody can tell who asked for what.",
  },
  {
    type: /^aws:lb\/listener:/,
    path: "sslPolicy",
    strength: tlsStrength,
    what: "the TLS policy",
    why: "Clients may again use versions and ciphers that can be broken.",
  },
  {
    type: /^aws:lb\/(listener|targetGroup):/,
    path: "protocol",
    strength: ranked("HTTP", "HTTPS"),
    what: "TLS",
    why: READABLE,
  },
  {
    type: /^aws:lb\/listener:/,
    path: "defaultActions",
    strength: redirects,
    what: "the redirect to HTTPS",
    why: "Requests in clear are answered.",
  },
  {
    type: /^aws:s3\/bucketPublicAccessBlock:/,
    path: "blockPublicAcls",
    strength: on(false),
    what: "the block on public access",
    why: PUBLIC,
  },
  {
    type: /^aws:s3\/bucketPublicAccessBlock:/,
    path: "blockPublicPolicy",
    strength: on(false),
    what: "the block on public access",
    why: PUBLIC,
  },
  {
    type: /^aws:s3\/bucketPublicAccessBlock:/,
    path: "ignorePublicAcls",
    strength: on(false),
    what: "the block on public access",
    why: PUBLIC,
  },
  {
    type: /^aws:s3\/bucketPublicAccessBlock:/,
    path: "restrictPublicBuckets",
    strength: on(false),
    what: "the block on public access",
    why: PUBLIC,
  },
  {
    type: /^aws:(s3\/bucket|backup\/vault|ecr\/repository):/,
    path: "forceDestroy",
    strength: off(false),
    what: "the refusal to delete what isn't empty",
    why: DELETABLE,
  },
  {
    type: /^aws:ecr\/repository:/,
    path: "imageTagMutability",
    strength: ranked("MUTABLE", "IMMUTABLE"),
    what: "tags that can't be moved",
    why: "A tag that was tested can name another image later.",
  },
  {
    type: /^aws:ecr\/repository:/,
    path: "imageScanningConfiguration.scanOnPush",
    strength: on(false),
    what: "the scan for known holes",
    why: "Images with known holes go unnoticed.",
  },
  {
    type: /^aws:kms\/key:/,
    path: "enableKeyRotation",
    strength: on(false),
    what: "the key's rotation",
    why: "A key that leaked stays good for ever.",
  },
  {
    type: /^aws:ec2\/launchTemplate:/,
    path: "metadataOptions.httpTokens",
    strength: ranked("optional", "required"),
    what: "session tokens for instance metadata (IMDSv2)",
    why: "A request that the app is tricked into makes the server's credentials public.",
  },
  {
    type: /^aws:ec2\/launchTemplate:/,
    path: "metadataOptions.httpPutResponseHopLimit",
    strength: (value) => -Number(value ?? 1),
    what: "the distance that instance metadata travels",
    why: "Containers get at the server's credentials.",
  },
  {
    type: /^aws:ec2\/launchTemplate:/,
    path: "blockDeviceMappings.ebs.encrypted",
    strength: on(false),
    what: "the disk's encryption",
    why: READABLE,
  },
  {
    type: /^aws:ec2\/launchTemplate:/,
    path: "networkInterfaces.associatePublicIpAddress",
    strength: off(false),
    what: "its distance from the internet",
    why: PUBLIC,
  },
  {
    type: /^aws:ec2\/launchTemplate:/,
    path: "userData",
    strength: nginxTls,
    what: "the TLS versions of nginx",
    why: "Clients may again use versions that can be broken.",
  },
  {
    type: /^aws:ec2\/subnet:/,
    path: "mapPublicIpOnLaunch",
    strength: off(false),
    what: "its distance from the internet",
    why: PUBLIC,
  },
  {
    type: /^aws:rds\/parameterGroup:/,
    path: "parameters",
    strength: parameter("rds.force_ssl", "1"),
    what: "TLS for every client (rds.force_ssl)",
    why: READABLE,
  },
];

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

/**
 * The oldest TLS version of a policy, then whether it names restricted or extended ciphers.
 *
 * Source: "Security policies for your Application Load Balancer".
 */
function tlsStrength(policy: Shown | undefined): number {
  const name = String(policy ?? "ELBSecurityPolicy-2016-08");
  const [, minor] = /TLS13-1-(\d)/.exec(name) ?? /TLS-1-(\d)/.exec(name) ?? [undefined, "0"];
  const ciphers = /-Res\b/.test(name) ? 2 : /-Ext/.test(name) ? 0 : 1;
  return Number(minor) * 10 + ciphers + (name.includes("TLS13") ? 5 : 0);
}

/** A listener for HTTP that does anything but redirect. */
function redirects(actions: Shown | undefined): number {
  return Number(list(actions).some((action) => at(action, "redirect.protocol") === "HTTPS"));
}

function nginxTls(userData: Shown | undefined): number {
  const versions = [...String(userData ?? "").matchAll(/ssl_protocols([^;]*);/g)].map(([, all]) => all!);
  if (versions.length === 0) return 0;
  return -versions.flatMap((all) => all.split(/\s+/)).filter((each) => /^(SSLv\d|TLSv1|TLSv1\.1)$/.test(each))
    .length;
}

function parameter(name: string, safe: string) {
  return (parameters: Shown | undefined) =>
    Number(
      list(parameters).some((each) => isObject(each) && each.name === name && String(each.value) === safe),
    );
}
