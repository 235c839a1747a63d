import type { AppConfigClient } from "@aws-sdk/client-appconfig";
import * as pulumi from "@pulumi/pulumi";
import { clientSettings } from "../aws-client.ts";
import { nth } from "../sure.ts";
import { inUpdate, until, type Waiting } from "./waiting.ts";

/** A deployment of flags as its inputs name it. */
export interface FlagsDeployment {
  applicationId: string;
  environmentId: string;
}

const UNDER_WAY = ["BAKING", "VALIDATING", "DEPLOYING", "ROLLING_BACK"];
/** A deployment spreads for 4 minutes and bakes for 10 (infra/flags/flags.ts). */
const WITHIN_MS = 20 * 60_000;

/**
 * Runs before flags are deployed, in `pulumi up` alone. AppConfig has one deployment at a time (StartDeployment:
 * ConflictException). It takes a deployment back when an alarm that it watches is in ALARM or INSUFFICIENT_DATA
 * (AppConfig User Guide, "Monitoring deployments for automatic rollback"), and a new alarm begins in the latter. So
 * this waits for the last deployment to end, and for new alarms to have data.
 */
export function onceFlagsAreFree(region: string): pulumi.ResourceHook {
  return new pulumi.ResourceHook("flags-are-free", ({ newInputs }) =>
    flagsAreFree(newInputs as FlagsDeployment, region),
  );
}

/** @throws {Error} when an alarm is on: AppConfig would take the flags back and `up` would be green all the same */
export async function flagsAreFree(
  deployment: FlagsDeployment,
  region: string,
  waiting: Waiting = inUpdate,
): Promise<void> {
  const on = await alarmsOn(deployment, region, waiting).catch((error) => {
    // Whatever is wrong, AppConfig itself says so when it is asked.
    waiting.warn(`can't see whether flags can be deployed now: ${(error as Error).message}`);
    return [];
  });
  if (on.length === 0) return;
  throw new Error(
    `${on.join(", ")} is on: AppConfig would take the new flags back. Mend it, then run \`pulumi up\` again; ` +
      "`rollout flags off` switches a flag off whatever alarms say.",
  );
}

async function alarmsOn(deployment: FlagsDeployment, region: string, waiting: Waiting): Promise<string[]> {
  const { AppConfigClient } = await import("@aws-sdk/client-appconfig");
  const client = new AppConfigClient(clientSettings(region));
  await until(() => underWay(client, deployment), WITHIN_MS, waiting);
  const states = await alarmStates(client, deployment, region);
  let known = new Map<string, string>();
  await until(
    async () => {
      known = await states();
      const unknown = [...known].filter(([, state]) => state === "INSUFFICIENT_DATA").map(([name]) => name);
      return unknown.length > 0 ? `the first state of ${unknown.join(", ")}` : undefined;
    },
    WITHIN_MS,
    waiting,
  );
  return [...known].filter(([, state]) => state !== "OK").map(([name]) => name);
}

async function underWay(
  client: AppConfigClient,
  { applicationId, environmentId }: FlagsDeployment,
): Promise<string | undefined> {
  const { ListDeploymentsCommand } = await import("@aws-sdk/client-appconfig");
  const { Items = [] } = await client.send(
    new ListDeploymentsCommand({ ApplicationId: applicationId, EnvironmentId: environmentId }),
  );
  const found = Items.find(({ State }) => UNDER_WAY.includes(State ?? ""));
  return found && `deployment ${found.DeploymentNumber} of the flags to end: it is ${found.State}`;
}

async function alarmStates(client: AppConfigClient, deployment: FlagsDeployment, region: string) {
  const { GetEnvironmentCommand } = await import("@aws-sdk/client-appconfig");
  const { CloudWatchClient, DescribeAlarmsCommand } = await import("@aws-sdk/client-cloudwatch");
  const { Monitors = [] } = await client.send(
    new GetEnvironmentCommand({
      ApplicationId: deployment.applicationId,
      EnvironmentId: deployment.environmentId,
    }),
  );
  const AlarmNames = Monitors.map(({ AlarmArn = "" }) => nth(AlarmArn.split(":alarm:"), 1));
  const watch = new CloudWatchClient(clientSettings(region));
  return async () => {
    if (AlarmNames.length === 0) return new Map<string, string>();
    const { CompositeAlarms = [], MetricAlarms = [] } = await watch.send(
      new DescribeAlarmsCommand({ AlarmNames, AlarmTypes: ["CompositeAlarm", "MetricAlarm"] }),
    );
    const all = [...CompositeAlarms, ...MetricAlarms];
    return new Map(
      all.map(({ AlarmName, StateValue }) => [AlarmName ?? "", StateValue ?? "INSUFFICIENT_DATA"]),
    );
  };
}
