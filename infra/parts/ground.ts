import { GivenSecrets } from "../data/given-secrets.ts";
import { AppSecrets } from "../data/secrets.ts";
import { existingNetwork } from "../network/existing.ts";
import { Firewall } from "../network/firewall.ts";
import { Network, type Subnetted } from "../network/network.ts";
import { Alerts } from "../watch/alerts.ts";
import { Logs } from "../watch/logs.ts";
import type { Environment } from "./environment.ts";

/** Of the network's, the servers' and the database's logs alike. */
export const LOG_RETENTION_DAYS = 30;

export type Ground = ReturnType<typeof groundOf>;

/** What all else stands on: network, firewall, logs, secrets, and whom to tell. */
export function groundOf(environment: Environment) {
  const { stack, settings, opts } = environment;
  const network = networkOf(environment);
  const firewall = new Firewall(
    stack,
    {
      vpcId: network.vpcId,
      sshFrom: settings.operators.sshFrom,
      databaseGroupId: settings.database.existing?.securityGroup,
      egress: settings.app.egress,
      cache: settings.cache !== undefined,
    },
    opts,
  );
  const logs = new Logs(stack, { retentionDays: LOG_RETENTION_DAYS }, opts);
  const secrets = new AppSecrets(
    stack,
    { database: !settings.database.existing, cache: settings.cache !== undefined },
    opts,
  );
  const given = new GivenSecrets(stack, settings.app.secrets, opts);
  const alerts = new Alerts(stack, settings.operators, opts);
  return { network, firewall, logs, secrets, given, alerts };
}

function networkOf({ stack, settings, tier, opts }: Environment): Subnetted {
  const { existing, cidr, zones } = settings.network;
  if (existing) return existingNetwork(existing, { provider: opts.providers.aws });
  return new Network(
    stack,
    {
      region: settings.region,
      cidr,
      zones,
      natPerZone: tier.natPerZone,
      logRetentionDays: LOG_RETENTION_DAYS,
    },
    opts,
  );
}
