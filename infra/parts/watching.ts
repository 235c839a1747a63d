import { Alarms } from "../alarms/alarms.ts";
import type { Controller } from "../controller/controller.ts";
import { Budget } from "../watch/budget.ts";
import { Dashboard } from "../watch/dashboard.ts";
import type { Entrance } from "./entrance.ts";
import type { Environment } from "./environment.ts";
import type { Ground } from "./ground.ts";
import type { Serving } from "./serving.ts";
import type { Stores } from "./stores.ts";

export type Watching = ReturnType<typeof watchingOf>;

/** What watches all of it: alarms, the budget, the dashboard. */
export function watchingOf(
  { stack, settings, opts }: Environment,
  { alerts }: Ground,
  { database, backups, cache }: Stores,
  tracks: Serving,
  { certificate, balancer, controller }: Entrance & { controller: Controller | undefined },
) {
  const { region } = settings;
  const watched = settings.tracks.map(({ name }) => ({
    name,
    targetGroupArnSuffix: tracks.of(name).targetGroupArnSuffix,
    autoscalingGroupName: tracks.of(name).autoscalingGroupName,
  }));
  const alarms = new Alarms(
    stack,
    {
      stack,
      region,
      after: [...settings.tracks.map(({ name }) => tracks.of(name).group), balancer.listener],
      service: {
        tracks: watched,
        balancerArnSuffix: balancer.arnSuffix,
        objective: settings.plan.gates.burnRate.objective,
        states: true,
      },
      database: { identifier: database.identifier, ...settings.database },
      cache: { nodeIds: cache?.nodeIds ?? [] },
      certificateArn: certificate.arn,
      backups: { vaultName: backups.vaultName, everyHours: settings.database.backupEveryHours },
      processes: { all: settings.app.processes, scheduleGroup: tracks.scheduleGroup },
      controller,
      dependencies: Object.keys(settings.app.dependencies).sort(),
      topics: alerts.topicArns,
    },
    opts,
  );
  const { monthlyUsd } = settings.budget;
  const { email } = settings.operators;
  new Budget(stack, { monthlyUsd, topicArn: alerts.topicArns.P3, email }, opts);
  const dashboard = new Dashboard(
    stack,
    {
      stack,
      region,
      tracks: watched,
      balancerArnSuffix: balancer.arnSuffix,
      databaseIdentifier: database.identifier,
      cacheNodeIds: cache?.nodeIds ?? [],
    },
    opts,
  );
  return { alarms, dashboard };
}
