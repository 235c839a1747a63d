import { Flags, flagNames } from "../flags/flags.ts";
import { readFlags } from "../flags/read.ts";
import { Pipeline } from "../pipeline/pipeline.ts";
import type { Environment } from "./environment.ts";
import type { Serving } from "./serving.ts";
import type { Watching } from "./watching.ts";

export type Steering = ReturnType<typeof steeringOf>;

/** What changes it once it runs: the flags, which the tracks' alarms take back, and the pipeline's way into the account. */
export function steeringOf({ stack, settings, opts }: Environment, tracks: Serving, { alarms }: Watching) {
  const { region } = settings;
  const document = readFlags(stack);
  const flags = new Flags(
    stack,
    {
      ...flagNames(stack),
      region,
      document,
      alarmArns: Object.values(alarms.trackAlarmArns),
      readerRoleName: tracks.roleName,
    },
    opts,
  );
  const pipeline = settings.pipeline.repository
    ? new Pipeline(stack, { stack, region, settings: settings.pipeline }, opts)
    : undefined;
  return { flags, document, pipeline };
}
