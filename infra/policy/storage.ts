import { nth } from "../sure.ts";
import {
  type About,
  type GraphPolicy,
  onCompanion,
  onProperty,
  type Policy,
  type Resource,
} from "./policy.ts";
import { statements } from "./statements.ts";
import { at, isFalse, isTrue, list, UNKNOWN } from "./values.ts";

const BUCKET = "aws:s3/bucket:Bucket";
const REPOSITORY = "aws:ecr/repository:Repository";

/** Buckets, images and everything that Pulumi must not delete by itself. */
export const storagePolicies: Policy[] = [
  bucketHas("BucketPublicAccessBlock", blocksAll, "no public access block of it sets all four", {
    id: "bucket-private",
    title: "A bucket can't be made public",
    controls: ["S3.8"],
    why: "One wrong policy or object ACL publishes what is in it.",
    advice: "Add a BucketPublicAccessBlock with all four settings true.",
  }),
  bucketHas("BucketPolicy", refusesPlainHttp, "no policy of it refuses requests without TLS", {
    id: "bucket-tls",
    title: "A bucket is reached over TLS only",
    controls: ["S3.5"],
    why: "Objects and signatures travel in clear.",
    advice: "Deny s3:* where aws:SecureTransport is false.",
  }),
  bucketHas("BucketOwnershipControls", ownerEnforced, "its ownership isn't BucketOwnerEnforced", {
    id: "bucket-no-acls",
    title: "A bucket doesn't use ACLs",
    controls: ["S3.12"],
    why: "An ACL gives access that no policy shows.",
    advice: "Add BucketOwnershipControls with BucketOwnerEnforced.",
  }),
  bucketHas("BucketServerSideEncryptionConfiguration", undefined, "nothing says how it is encrypted", {
    id: "bucket-encrypted",
    title: "A bucket says how it is encrypted",
    controls: [],
    why: "What AWS does by default is nowhere to be read, and nobody notices when it changes.",
    advice: "Add a BucketServerSideEncryptionConfiguration.",
  }),
  bucketHas("BucketLifecycleConfiguration", undefined, "nothing ever leaves it", {
    id: "bucket-lifecycle",
    title: "A bucket says what leaves it, and when",
    controls: ["S3.13"],
    why: "It grows for ever, and keeps what should have been forgotten.",
    advice: "Add a BucketLifecycleConfiguration.",
  }),
  onProperty(BUCKET, "forceDestroy", (value) => value === undefined || isFalse(value), {
    id: "bucket-not-emptied",
    title: "A bucket isn't emptied when it goes",
    controls: [],
    why: "A replacement or a destroyed stack deletes all objects without asking.",
    advice: "Leave forceDestroy false; empty the bucket by hand when it is to go.",
  }),
  {
    id: "data-protected",
    title: "Pulumi refuses to delete or replace what holds data",
    controls: [],
    why: "A later change that leads to a replacement would go through without a question.",
    advice: "Keep protect: true; `pulumi state unprotect` takes it off one resource when it is meant.",
    types: [
      "aws:rds/instance:Instance",
      "aws:elasticache/replicationGroup:ReplicationGroup",
      "aws:backup/vault:Vault",
    ],
    broken: ({ protect }) => (protect ? [] : ["protect is false"]),
  },
  onProperty(REPOSITORY, "imageScanningConfiguration.scanOnPush", isTrue, {
    id: "images-scanned",
    title: "Images are scanned when they are pushed",
    controls: ["ECR.1"],
    why: "Known holes in an image go unnoticed into production.",
    advice: "Set imageScanningConfiguration.scanOnPush.",
  }),
  onProperty(REPOSITORY, "imageTagMutability", (value) => /^IMMUTABLE|known after/.test(String(value)), {
    id: "images-immutable",
    title: "A tag always means the same image",
    controls: ["ECR.2"],
    why: "What was tested isn't what is deployed.",
    advice: "Set imageTagMutability to IMMUTABLE.",
  }),
  onCompanion(
    REPOSITORY,
    {
      type: "aws:ecr/lifecyclePolicy:LifecyclePolicy",
      by: "repository",
      missing: "it has no lifecycle policy",
    },
    {
      id: "images-expire",
      title: "Old images leave the repository",
      controls: ["ECR.3"],
      why: "Images with known holes stay there to be started, and are paid for.",
      advice: "Add a lifecycle policy that keeps as many as a rollback may need.",
    },
  ),
];

function bucketHas(
  type: string,
  fits: ((resource: Resource) => boolean) | undefined,
  missing: string,
  about: About,
): GraphPolicy {
  const module = nth(type, 0).toLowerCase() + type.slice(1);
  return onCompanion(BUCKET, { type: `aws:s3/${module}:${type}`, by: "bucket", fits, missing }, about);
}

function blocksAll({ inputs }: Resource): boolean {
  return ["blockPublicAcls", "blockPublicPolicy", "ignorePublicAcls", "restrictPublicBuckets"].every((each) =>
    isTrue(inputs[each]),
  );
}

function refusesPlainHttp({ inputs }: Resource): boolean {
  if (inputs.policy === UNKNOWN) return true;
  return statements(inputs.policy).some(
    (each) =>
      each.Effect === "Deny" &&
      list(each.Action).includes("s3:*") &&
      isFalse(at(each, "Condition.Bool.aws:SecureTransport")),
  );
}

function ownerEnforced({ inputs }: Resource): boolean {
  return [UNKNOWN, "BucketOwnerEnforced"].includes(String(at(inputs, "rule.objectOwnership")));
}
