import { ofType, onCompanion, onProperty, type Policy } from "./policy.ts";
import { at, atLeast, isFalse, isObject, isTrue, list, UNKNOWN } from "./values.ts";

const INSTANCE = "aws:rds/instance:Instance";
const PARAMETERS = "aws:rds/parameterGroup:ParameterGroup";

/** Days of backups below which a mistake that is found after a week's holiday can't be undone. */
const LEAST_DAYS = 7;

/** PostgreSQL. Source of the controls: AWS Security Hub, "Controls for Amazon RDS". */
export const databasePolicies: Policy[] = [
  onProperty(INSTANCE, "storageEncrypted", isTrue, {
    id: "database-encrypted",
    title: "A database is encrypted at rest",
    controls: ["RDS.3"],
    why: "A copied disk or snapshot is readable.",
    advice:
      "Set storageEncrypted. An existing database must be restored from an encrypted copy of a snapshot.",
  }),
  onProperty(INSTANCE, "publiclyAccessible", (value) => value === undefined || isFalse(value), {
    id: "database-private",
    title: "A database has no public address",
    controls: ["RDS.2"],
    why: "Whoever finds the address can try passwords.",
    advice: "Leave publiclyAccessible false; reach it through a server and the session manager.",
  }),
  onProperty(INSTANCE, "deletionProtection", isTrue, {
    id: "database-deletion-protected",
    title: "AWS refuses to delete a database",
    controls: ["RDS.8"],
    why: "One wrong command deletes every user's data.",
    advice: "Set deletionProtection; take it off in a change of its own when the database is to go.",
  }),
  onProperty(INSTANCE, "backupRetentionPeriod", atLeast(LEAST_DAYS), {
    id: "database-point-in-time",
    title: `RDS keeps a database's own backups for ${LEAST_DAYS} days or more`,
    controls: ["RDS.11"],
    why: "Without them there is no restore to a point in time, only to the last backup of the plan.",
    advice: `Set backupRetentionPeriod to ${LEAST_DAYS} to 35.`,
  }),
  onProperty(INSTANCE, "enabledCloudwatchLogsExports", exportsLog, {
    id: "database-logs",
    title: "A database's log leaves it",
    controls: ["RDS.36"],
    why: "The log is gone with the database when it is most needed.",
    advice: "List postgresql in enabledCloudwatchLogsExports.",
  }),
  onProperty(INSTANCE, "autoMinorVersionUpgrade", (value) => value === undefined || isTrue(value), {
    id: "database-patched",
    title: "A database takes minor versions by itself",
    controls: ["RDS.13"],
    why: "Known holes stay open until somebody remembers.",
    advice: "Leave autoMinorVersionUpgrade on; it happens in the maintenance window.",
  }),
  onProperty(INSTANCE, "copyTagsToSnapshot", isTrue, {
    id: "database-tags-copied",
    title: "Snapshots of a database carry its tags",
    controls: ["RDS.17"],
    why: "A snapshot without tags belongs to nobody: it is deleted too early or paid for too long.",
    advice: "Set copyTagsToSnapshot.",
  }),
  onProperty(INSTANCE, "monitoringInterval", atLeast(1), {
    id: "database-monitored",
    title: "A database reports its operating system's metrics",
    controls: ["RDS.6"],
    why: "Memory and disk queues inside the instance stay unseen in an incident.",
    advice: "Set monitoringInterval to 60 and a monitoring role.",
  }),
  onProperty(INSTANCE, "username", (name) => !/^(postgres|admin|administrator|root)$/i.test(String(name)), {
    id: "database-own-administrator",
    title: "A database's administrator has a name of its own",
    controls: ["RDS.25"],
    why: "The default name is the one that is tried first.",
    advice: "Choose another username. It can't be changed on an existing database.",
  }),
  {
    id: "database-tls",
    title: "A database refuses connections without TLS",
    controls: ["RDS.38"],
    why: "Passwords and rows travel in clear inside the network.",
    advice: "Give the instance a parameter group with rds.force_ssl = 1.",
    brokenIn: (resources) =>
      ofType(resources, INSTANCE)
        .filter(({ inputs }) => /postgres/.test(String(inputs.engine)))
        .filter(
          ({ refs }) =>
            !ofType(resources, PARAMETERS).some(
              ({ urn, inputs }) => refs.parameterGroupName?.includes(urn) && forcesTls(inputs.parameters),
            ),
        )
        .map((resource) => ({ resource, found: "no parameter group of it sets rds.force_ssl to 1" })),
  },
  onCompanion(
    INSTANCE,
    { type: "aws:backup/selection:Selection", by: "resources", missing: "no backup plan selects it" },
    {
      id: "database-backed-up",
      title: "A database is in a backup plan",
      controls: ["RDS.26"],
      why: "RDS's own backups go with the database's account; a vault's stay.",
      advice: "Name the database in the resources of a backup selection.",
    },
  ),
  {
    id: "backups-kept",
    title: `Backups are kept for ${LEAST_DAYS} days or more`,
    controls: [],
    why: "A mistake that is found after a week can't be undone.",
    advice: "Set rollout:database.backupRetentionDays higher.",
    types: ["aws:backup/plan:Plan"],
    broken: ({ inputs }) =>
      list(inputs.rules)
        .filter((rule) => at(rule, "lifecycle.deleteAfter") !== undefined)
        .filter((rule) => !atLeast(LEAST_DAYS)(at(rule, "lifecycle.deleteAfter")))
        .map(
          (rule) => `rule ${at(rule, "ruleName")} deletes after ${at(rule, "lifecycle.deleteAfter")} days`,
        ),
  },
];

function exportsLog(value: Parameters<typeof list>[0]): boolean {
  return value === UNKNOWN || list(value).includes("postgresql");
}

function forcesTls(parameters: Parameters<typeof list>[0]): boolean {
  return (
    parameters === UNKNOWN ||
    list(parameters).some(
      (each) => isObject(each) && each.name === "rds.force_ssl" && String(each.value) === "1",
    )
  );
}
