/** What a person deletes by hand: it holds data, guards it, or is the only way in. */
export const KEPT = [
  "backup/restoreTestingPlan:RestoreTestingPlan",
  "backup/restoreTestingSelection:RestoreTestingSelection",
  "backup/vault:Vault",
  "backup/vaultLockConfiguration:VaultLockConfiguration",
  "cloudwatch/logGroup:LogGroup",
  "ecr/repository:Repository",
  "elasticache/parameterGroup:ParameterGroup",
  "elasticache/replicationGroup:ReplicationGroup",
  "elasticache/subnetGroup:SubnetGroup",
  "kms/key:Key",
  "lb/loadBalancer:LoadBalancer",
  "rds/instance:Instance",
  "rds/parameterGroup:ParameterGroup",
  "rds/subnetGroup:SubnetGroup",
  "s3/bucket:Bucket",
];
