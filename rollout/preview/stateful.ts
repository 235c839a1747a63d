/** Resource types that hold what no program can make again, and what that is. */
export const STATEFUL: Record<string, string> = {
  "aws:rds/instance:Instance": "the database",
  "aws:rds/cluster:Cluster": "the database",
  "aws:elasticache/replicationGroup:ReplicationGroup": "the cache with every session",
  "aws:elasticache/cluster:Cluster": "the cache with every session",
  "aws:backup/vault:Vault": "the backups",
  "aws:s3/bucket:Bucket": "the bucket's objects",
  "aws:secretsmanager/secret:Secret": "the secret",
  "aws:kms/key:Key": "the key, and with it all that it encrypts",
  "aws:dynamodb/table:Table": "the table",
  "aws:efs/fileSystem:FileSystem": "the files",
  "aws:ebs/volume:Volume": "the volume",
  "aws:ecr/repository:Repository": "the images, also those that a rollback needs",
  "aws:cloudwatch/logGroup:LogGroup": "the log",
  "random:index/randomPassword:RandomPassword": "the password in use",
};
