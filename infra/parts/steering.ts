import { Flags, flagNames } from "../flags/flags.ts";
import { readFlags } from "../flags/read.ts";
import { Operators } from "../pipeline/operators.ts";
import { Pipeline } from "../pipeline/pipeline.ts";
import type { Environment } from "./environment.ts";
import type { Serving } from "./serving.ts";
import type { Watching } from "./watching.ts";

export type Steering = ReturnType<typeof steeringOf>;

/**
 * What changes it once it runs: the flags, which the tracks' alarms take back, and the ways into the account of the
 * pipeline and of those on call.
 */
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
  const { principals } = settings.operators;
  const operators =
    principals.length > 0
      ? new Operators(stack, { stack, region, principals, state: settings.pipeline }, opts)
      : undefined;
  return { flags, document, pipeline, operators };
}
