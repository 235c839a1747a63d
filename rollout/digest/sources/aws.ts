import { milliseconds } from "../../../infra/settings/duration.ts";
import { once } from "../../check/once.ts";
import { type Clock, systemClock } from "../../clock.ts";
import type { MetricSecond } from "../../core/verdict.ts";
import { drillObjects } from "../../drill/drill-objects.ts";
import { inspectVault, nameOf } from "../../drill/restore/recovery-points.ts";
import { UserError } from "../../errors.ts";
import { TYPES } from "../../graph/types.ts";
import { type Deployment, factsOf } from "../../platforms/aws/deployment.ts";
import { automation, type Engine } from "../../platforms/aws/engine.ts";
import { S3Journal } from "../../platforms/aws/journal/journal.ts";
import { Objects } from "../../platforms/aws/journal/objects.ts";
import { BalancerMetrics } from "../../platforms/aws/metrics/metrics.ts";
import { pagesOf } from "../../run/history.ts";
import type { DigestSources } from "../sources.ts";
import { alarmHistory } from "./alarm-history.ts";
import { cloudWatchTraffic } from "./cloudwatch.ts";
import { commonSources, type DigestSourceOptions } from "./common.ts";

export interface AwsDigestOptions extends DigestSourceOptions {
  clock?: Clock;
  /** Another engine than the `pulumi` of the PATH, for tests. */
  engine?: Engine;
}

/** The facts of a stack in AWS. Load this file only when it is needed: it brings the AWS SDK along. */
export function awsSources(options: AwsDigestOptions): DigestSources {
  const { stack, projectDir, settings, clock = systemClock } = options;
  const { region } = settings;
  const engine = options.engine ?? automation({ projectDir, stack, clock });
  const deployment = once(() => engine.deployment());
  const facts = once(async () => factsOf(await deployment()));
  const objects = once(async () => new Objects(region, (await facts()).journalBucket));
  const limitMs = milliseconds(settings.plan.gates.latency.p95);
  return {
    ...commonSources(options),
    entries: async () => (await new S3Journal(await objects(), stack, clock).read()).entries,
    traffic: async (from, to) =>
      cloudWatchTraffic(await facts(), { region, limitMs, from, to, now: clock.now() }),
    async seconds(from, to) {
      const known = await facts();
      const metrics = new BalancerMetrics({ region, clock, limitMs });
      const seconds: MetricSecond[] = [];
      const pages = pagesOf((since) => metrics.since(since, known), Math.floor(from / 1000), to / 1000);
      for await (const page of pages)
        for (const second of page.seconds) if (second.epochSecond * 1000 < to) seconds.push(second);
      return seconds;
    },
    async backups() {
      const { good } = await inspectVault((await facts()).backup, {
        region,
        schedules: [],
        now: clock.now(),
      });
      return {
        everyHours: settings.database.backupEveryHours,
        backups: good.map(({ arn, at }) => ({ id: nameOf(arn), at })),
      };
    },
    drills: async () => drillObjects(await objects(), stack).read(),
    alarms: async (from, to) => alarmHistory(alarmsIn(await deployment()), { region, from, to }),
  };
}

/** @throws {UserError} for a stack without alarms: that nothing rang would say nothing */
function alarmsIn({ resources = [] }: Deployment): Set<string> {
  const names = resources.flatMap(({ type, outputs = {} }) => {
    if (type === TYPES.metricAlarm) return [String(outputs.name)];
    return type === TYPES.compositeAlarm ? [String(outputs.alarmName)] : [];
  });
  if (names.length === 0) throw new UserError("the stack's state has no alarms");
  return new Set(names);
}
