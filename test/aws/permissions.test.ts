import { beforeAll, describe, expect, test } from "vitest";
import { mayDeploy, mayRead } from "../../infra/pipeline/permissions.ts";
import { captureGraph } from "../../rollout/graph/capture.ts";
import { cloudFormationType } from "../../rollout/preview/replacement/names.ts";
import { specification } from "../../rollout/preview/replacement/specification.ts";
import { KEPT } from "../infra/pipeline/kept.ts";
import { NEEDS } from "../infra/pipeline/needs.ts";
import { calledBy } from "../infra/pipeline/rollout-calls.ts";
import { graphOf } from "../rollout/preview/corpus/project.ts";
import { sampleProject } from "../support/sample.ts";
import { motoThere, skipped } from "./moto.ts";
import { schemaOf } from "./schemas.ts";

/**
 * What AWS's own handlers ask for and our resources don't, by reason. Source of the lists: `handlers.*.permissions` of
 * CloudFormation's resource schemas, which cfn-lint brings along.
 */
const NOT_OURS: Record<string, RegExp> = {
  "other services that such a resource can be joined to, and ours isn't":
    /^(acm-pca|amplify|apigateway|apprunner|appsync|bedrock-agentcore|billing|cognito-idp|firehose|managed-fleets|payments|s3tables|vpc-lattice|vpce):/,
  "options that the program doesn't use":
    /^(acm:UpdateCertificateOptions|autoscaling:(ResumeProcesses|SuspendProcesses|AttachLoadBalancers|DetachLoadBalancers|AttachTrafficSources|DetachTrafficSources|DeleteLifecycleHook|DeleteNotificationConfiguration|PutNotificationConfiguration)|backup-storage:Mount|backup:.*(AccessPolicy|Notifications)|ecr:.*RepositoryPolicy|sns:PutDataProtectionPolicy|secretsmanager:(GetRandomPassword|.*Replicat.*))$/,
  "options of the network that the program doesn't use":
    /^ec2:(AcceptAddressTransfer|.*PrivateNatGatewayAddress|.*SubnetCidrBlock|.*VerifiedAccess.*|CreateVpcEncryptionControl|ModifyVpcTenancy|UpdateSecurityGroupRuleDescriptions.*)$/,
  "targets that no autoscaling group registers, and capacity that nobody reserves":
    /^elasticloadbalancing:((Der|R)egisterTargets|ModifyCapacityReservation|ModifyIpPools)$/,
  "clusters, replicas and snapshots that the program doesn't make":
    /^(elasticache:(CreateCacheCluster|DeleteCacheCluster|CreateSnapshot|ModifyReplicationGroupShardConfiguration)|rds:(.*Role.*DBInstance|PromoteReadReplica|RebootDBInstance|Restore.*|CreateDBInstanceReadReplica|CreateDBSnapshot|.*AutomatedBackupsReplication))$/,
  "keys of one's own, which only the topics have":
    /^(kms:(DisableKey|DisableKeyRotation|EnableKey|Encrypt)|logs:(Dis)?[aA]ssociateKmsKey)$/,
  "logs that go elsewhere than to a group":
    /^logs:(.*LogDelivery|.*DataProtectionPolicy|.*IndexPolicy|.*ResourcePolicy|CreateLogStream|PutLogEvents|PutBearerTokenAuthentication|PutLogGroupDeletionProtection)$/,
  "what a bucket of ours hasn't; and names that IAM doesn't know (it is a Put that deletes)":
    /^s3:(.*Table.*|DeleteBucket(Analytics|Cors|Encryption|Lifecycle|Metrics|Replication|Website).*|PutBucket(Abac|Acl|CORS|Logging|Notification|ObjectLock.*|Replication|Website)|Put(Accelerate|Analytics|IntelligentTiering|Inventory|Metrics|ObjectLock|Replication)Configuration|.*Object(Acl)?|REST\.PUT\.OBJECT)$/,
  "boundaries, which the roles have none of": /^iam:.*PermissionsBoundary$/,
  "a function's versions, layers, file systems, signatures and reserved capacity: it has none":
    /^(elasticfilesystem|s3files):|^lambda:(AssociateRuntimeAlias|PassCapacityProvider|PublishVersion|GetLayerVersion|(Delete|Get|Put)(Function(CodeSigning|Recursion|Scaling)Config|FunctionConcurrency|CodeSigningConfig|RuntimeManagementConfig))$/,
  "a subscription of ours is made anew, not changed": /^sns:SetSubscriptionAttributes$/,
  "a lock that only a person takes off": /^backup:DeleteBackupVaultLockConfiguration$/,
  "every parameter; ours are the servers' images": /^ssm:Get\*$/,
  "a web firewall that is shared with another account": /^wafv2:PutPermissionPolicy$/,
};

/**
 * What a build pushes with (ECR User Guide, "IAM permissions for pushing an image"), what a vault and a role bring along, and
 * what a data source asks (provider aws, `secret_versions_data_source.go`).
 */
const ALSO =
  `ecr:BatchCheckLayerAvailability ecr:BatchGetImage ecr:CompleteLayerUpload ecr:GetAuthorizationToken
  ecr:GetDownloadUrlForLayer ecr:InitiateLayerUpload ecr:PutImage ecr:UploadLayerPart
  kms:Decrypt kms:GenerateDataKey* secretsmanager:ListSecretVersionIds`.split(/\s+/);

const PROCESSES = {
  worker: { command: ["celery"], with: "traffic" },
  nightly: { command: ["clean"], schedule: "rate(1 day)" },
};

const scope = { stack: "beta", region: "us-east-1" };
const deploys = [...mayRead(scope), ...mayDeploy(scope)];

describe.skipIf(!motoThere)(`${skipped}the deploying role, against what AWS asks for each resource`, () => {
  /** Pulumi's type, without `aws:`, to what AWS's handlers may call. */
  const handlers = new Map<string, Record<string, { permissions: string[] }>>();

  beforeAll(async () => {
    const graphs = await Promise.all(
      ["beta", "prod"].map((stack) => captureGraph({ projectDir: sampleProject(), stack })),
    );
    graphs.push(
      await graphOf({ stack: "beta", config: { "app.processes": PROCESSES, controller: { in: "stack" } } }),
    );
    const types = new Set(graphs.flatMap(({ resources }) => resources.map(({ type }) => type)));
    for (const type of types) {
      const schema = schemaOf(cloudFormationType(type, specification()));
      if (schema?.handlers) handlers.set(type.replace("aws:", ""), schema.handlers);
    }
  });

  const asked = (verbs: string[]) =>
    [...handlers].flatMap(([type, all]) =>
      verbs
        .filter((verb) => verb !== "delete" || !KEPT.includes(type))
        .flatMap((verb) => all[verb]?.permissions ?? []),
    );

  test("AWS says it of most types", () => {
    expect(handlers.size).toBeGreaterThan(40);
  });

  test("lacks nothing", () => {
    const lacking = asked(["create", "read", "update", "delete"]).filter(
      (action) => !allows(action) && !Object.values(NOT_OURS).some((each) => each.test(action)),
    );
    expect([...new Set(lacking)].toSorted()).toEqual([]);
  });

  test("has nothing that no resource, no rollout and no push of an image asks for", () => {
    const needed = new Set(
      [
        ...asked(["create", "read", "update", "delete"]),
        ...Object.values(NEEDS).flatMap(([service, needs]) =>
          Object.values(needs).flatMap((each) => wordsOf(service, each)),
        ),
        ...calledBy(["rollout/cli", "rollout/notify", "rollout/phases", "rollout/platforms"]),
        ...ALSO,
      ].map((each) => each.toLowerCase()),
    );
    const allowed = mayDeploy(scope)
      .filter(({ Effect }) => Effect === "Allow")
      .flatMap(({ Action }) => Action);
    expect(allowed.filter((each) => each.includes("*") && !ALSO.includes(each))).toEqual([]);
    expect(allowed.filter((each) => !needed.has(each.toLowerCase()))).toEqual([]);
  });

  test("has none that a kept resource would be deleted with", () => {
    const own = KEPT.flatMap((type) => (NEEDS[type] ? wordsOf(NEEDS[type][0], NEEDS[type][1].delete) : []));
    expect(own.length).toBeGreaterThan(10);
    expect(own.filter(allows)).toEqual([]);
  });

  test("each reason is used: nobody asks for more than is named here", () => {
    const all = asked(["create", "read", "update", "delete"]);
    const idle = Object.entries(NOT_OURS).filter(([, pattern]) => !all.some((each) => pattern.test(each)));
    expect(idle.map(([reason]) => reason)).toEqual([]);
  });
});

function wordsOf(service: string, text: string): string[] {
  const words = text.split(" ").filter(Boolean);
  return words.map((each) => (each.includes(":") ? each : `${service}:${each}`));
}

/** By action alone; IAM doesn't tell capitals apart. */
function allows(action: string): boolean {
  const about = deploys.filter(({ Action }) =>
    Action.some((each) => new RegExp(`^${each.replaceAll("*", ".*")}$`, "i").test(action)),
  );
  const refused = about.some(({ Effect, Resource }) => Effect === "Deny" && Resource === "*");
  return !refused && about.some(({ Effect }) => Effect === "Allow");
}
