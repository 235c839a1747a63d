import { Controller } from "../controller/controller.ts";
import { followedBy } from "../host/processes/agent.ts";
import type { Entrance } from "./entrance.ts";
import type { Environment } from "./environment.ts";
import { type Ground, LOG_RETENTION_DAYS } from "./ground.ts";
import type { Serving } from "./serving.ts";
import type { Stores } from "./stores.ts";

/** What drives the stack's rollouts, where that is the stack's own. */
export function controllingOf(
  { stack, settings, opts }: Environment,
  { alerts, logs, secrets }: Ground,
  { journal }: Stores,
  tracks: Serving,
  { balancer }: Entrance,
): Controller | undefined {
  if (settings.controller.in !== "stack") return undefined;
  return new Controller(
    stack,
    {
      stack,
      region: settings.region,
      journal: journal.bucket,
      listenerArn: balancer.listenerArn,
      groupArns: settings.tracks.map(({ name }) => tracks.of(name).group.arn),
      topicArns: Object.values(alerts.topicArns),
      topicsKeyArn: alerts.keyArn,
      operatorTokenArn: secrets.operatorToken.arn,
      secondsArn: logs.seconds.arn,
      releaseDocument: tracks.releaseDocument,
      follows: followedBy(settings.app),
      logRetentionDays: LOG_RETENTION_DAYS,
    },
    opts,
  );
}
