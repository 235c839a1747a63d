import { Refused, type Rule } from "./rule.ts";

export const PROTECTED: Rule = {
  name: "Pulumi deletes and replaces nothing that is protected",
  source: "Pulumi docs, Resource option: protect",
};

export const DELETION_PROTECTION: Rule = {
  name: "RDS and ELB delete nothing whose deletion protection is on",
  source: "RDS API Reference, DeleteDBInstance; ELB API Reference, DeleteLoadBalancer: OperationNotPermitted",
};

export const BUCKET_HOLDS_OBJECTS: Rule = {
  name: "S3 deletes no bucket that holds objects or versions of them",
  source: "S3 API Reference, DeleteBucket: BucketNotEmpty",
};

export const REPOSITORY_HOLDS_IMAGES: Rule = {
  name: "ECR deletes no repository that holds images, unless it is forced",
  source: "ECR API Reference, DeleteRepository: RepositoryNotEmptyException",
};

export const VAULT_HOLDS_BACKUPS: Rule = {
  name: "AWS Backup deletes no vault that holds backups",
  source: "AWS Backup API Reference, DeleteBackupVault",
};

export const IMMUTABLE_TAG: Rule = {
  name: "an immutable repository takes no other image under a tag that it has",
  source: "ECR API Reference, PutImage: ImageTagAlreadyExistsException",
};

export const NAME_TAKEN: Rule = {
  name: "a name that the program gives is taken as long as the resource before it is there",
  source: "the services' AlreadyExists errors; pulumi-terraform-bridge deletes first what has such a name",
};

export const IN_USE: Rule = {
  name: "what another resource still uses isn't deleted",
  source:
    "ELB API Reference, DeleteTargetGroup: ResourceInUse; RDS, DeleteDBSubnetGroup: InvalidDBSubnetGroupStateFault; EC2: DependencyViolation",
};

export const SNAPSHOT_NAME: Rule = {
  name: "the last snapshot needs a name that no other snapshot has",
  source: "RDS API Reference, DeleteDBInstance: DBSnapshotAlreadyExists",
};

/** @param what it is, in words: the message of the service */
export function holdTo(rule: Rule, isHeld: boolean, what: string): void {
  if (isHeld) throw new Refused(rule, what);
}
