import { isObject, list, type Shown } from "../../shown.ts";
import { DELETABLE, FAILS, type Guard, guard, off, on, PUBLIC, READABLE, ranked } from "./guard.ts";

const RESTORE_TEST = /^aws:backup\/restoreTestingSelection:/;
const OPEN_COPY =
  "AWS Backup restores to its defaults: a copy of all the data in the account's default network, where it may have a public address.";

/** What protects the database and the cache. */
export const DATA: Guard[] = [
  guard(/^aws:rds\/(instance|cluster):/, "storageEncrypted", on(false), "encryption at rest", READABLE),
  guard(/^aws:rds\/instance:/, "publiclyAccessible", off(false), "its distance from the internet", PUBLIC),
  guard(/^aws:rds\/(instance|cluster):/, "deletionProtection", on(false), "deletion protection", DELETABLE),
  guard(
    /^aws:rds\/(instance|cluster):/,
    "skipFinalSnapshot",
    off(false),
    "the last snapshot",
    "When it is deleted, nothing stays.",
  ),
  guard(
    /^aws:rds\/(instance|cluster):/,
    "deleteAutomatedBackups",
    off(true),
    "backups that outlive the database",
    "When it is deleted, its backups go as well.",
  ),
  guard(/^aws:rds\/instance:/, "multiAz", on(false), "the standby in another zone", FAILS),
  ...["dbSubnetGroupName", "vpcSecurityGroupIds"].map((key) =>
    guard(
      RESTORE_TEST,
      `restoreMetadataOverrides.${key}`,
      (value) => Number(list(value).length > 0),
      "the place of the copy that is tried each month",
      OPEN_COPY,
    ),
  ),
  guard(
    RESTORE_TEST,
    "restoreMetadataOverrides.publiclyAccessible",
    is("false"),
    "its distance from the internet",
    OPEN_COPY,
  ),
  guard(/^aws:elasticache\//, "atRestEncryptionEnabled", on(false), "encryption at rest", READABLE),
  guard(/^aws:elasticache\//, "transitEncryptionEnabled", on(false), "TLS", READABLE),
  guard(
    /^aws:elasticache\//,
    "transitEncryptionMode",
    ranked("preferred", "required"),
    "TLS for every client",
    READABLE,
  ),
  guard(/^aws:elasticache\//, "automaticFailoverEnabled", on(false), "the failover", FAILS),
  guard(
    /^aws:rds\/parameterGroup:/,
    "parameters",
    parameter("rds.force_ssl", "1"),
    "TLS for every client (rds.force_ssl)",
    READABLE,
  ),
];

function is(safe: string) {
  return (value: Shown | undefined) => Number(String(value) === safe);
}

function parameter(name: string, safe: string) {
  return (parameters: Shown | undefined) =>
    Number(
      list(parameters).some((each) => isObject(each) && each.name === name && String(each.value) === safe),
    );
}
