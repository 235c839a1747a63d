import type { MetricAlarm } from "../../alarms/model.ts";
import { queriesOf } from "../../alarms/model.ts";
import type { Pace } from "./pace.ts";
import type { AlarmStage } from "./stage.ts";

/** Something that goes wrong on purpose, and the metrics that it moves. */
export interface Fault {
  /** For the report: what is broken. */
  name: string;
  /** Metrics by `namespace name` that this drives over the alarms' thresholds. */
  moves: string[];
  inject(stage: AlarmStage): Promise<void>;
  mend(stage: AlarmStage): Promise<void>;
  /** When the fault began, in epoch seconds of the alarms' clock, where it began before it was injected. */
  since?(stage: AlarmStage): number;
  /** Why it can't be had on this machine now; undefined when it can. */
  impossible?(stage: AlarmStage): string | undefined;
}

/** Faults that are injected together. */
export interface FaultGroup {
  faults: Fault[];
  pace: Pace;
  /** While what was broken gets well. */
  recovery: Pace;
}

/** Whether a fault is meant for an alarm. What an alarm only counts the samples of says that it speaks, not how it is. */
export function drives(fault: Fault, alarm: MetricAlarm): boolean {
  return queriesOf(alarm).some(
    ({ metric, statistic }) =>
      statistic.kind !== "SampleCount" && fault.moves.includes(`${metric.namespace} ${metric.name}`),
  );
}
