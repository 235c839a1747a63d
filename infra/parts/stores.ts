import { Backups } from "../data/backups.ts";
import { Buckets } from "../data/buckets.ts";
import { Cache } from "../data/cache.ts";
import { Database, type HeldDatabase } from "../data/database.ts";
import { existingDatabase } from "../data/existing-database.ts";
import { Journal } from "../data/journal.ts";
import { given } from "../sure.ts";
import type { Environment } from "./environment.ts";
import { type Ground, LOG_RETENTION_DAYS } from "./ground.ts";

/** How long a rollout's journal can be read back as it was at any of its entries. */
const JOURNAL_RETENTION_DAYS = 90;

/** How long an object of the app's can be had back. */
const OBJECTS_KEPT_DAYS = 30;

export type Stores = ReturnType<typeof storesOf>;

/** What holds data: the database with its backups, the cache, the rollouts' journal, the app's buckets. */
export function storesOf(environment: Environment, ground: Ground) {
  const { stack, settings, tier, opts } = environment;
  const { firewall } = ground;
  const database = databaseOf(environment, ground);
  const backups = new Backups(
    stack,
    {
      databaseArn: database.arn,
      everyHours: settings.database.backupEveryHours,
      retentionDays: settings.database.backupRetentionDays,
      lock: tier.vaultLock,
      place: { subnetGroupName: database.subnetGroupName, securityGroupId: firewall.databaseGroupId },
      notifyTopicArn: ground.alerts.topicArns.P2,
    },
    opts,
  );
  const cache = cacheOf(environment, ground);
  const journal = new Journal(stack, { retentionDays: JOURNAL_RETENTION_DAYS }, opts);
  const buckets = new Buckets(stack, { names: settings.app.buckets, keptDays: OBJECTS_KEPT_DAYS }, opts);
  return { database, backups, cache, journal, buckets };
}

function cacheOf({ stack, settings, tier, opts }: Environment, { network, firewall, secrets }: Ground) {
  const { cacheGroupId } = firewall;
  const { cachePassword } = secrets;
  if (!settings.cache || !cacheGroupId || !cachePassword) return undefined;
  return new Cache(
    stack,
    {
      subnetIds: network.dataSubnetIds,
      securityGroupId: cacheGroupId,
      settings: settings.cache,
      tier,
      authToken: cachePassword.value,
    },
    opts,
  );
}

function databaseOf(
  { stack, settings, tier, opts }: Environment,
  { network, firewall, secrets }: Ground,
): HeldDatabase {
  const { existing } = settings.database;
  if (existing) return existingDatabase(existing, { provider: opts.providers.aws });
  return new Database(
    stack,
    {
      subnetIds: network.dataSubnetIds,
      securityGroupId: firewall.databaseGroupId,
      settings: settings.database,
      tier,
      databaseName: `app_${identifier(stack)}`,
      username: `app_${identifier(stack)}`,
      password: given(secrets.databasePassword, "password of the database").value,
      region: settings.region,
      logRetentionDays: LOG_RETENTION_DAYS,
    },
    opts,
  );
}

/** A stack's name as a PostgreSQL identifier needs it. */
function identifier(stack: string): string {
  return stack.toLowerCase().replace(/[^a-z0-9]/g, "_");
}
