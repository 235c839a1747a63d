import { alarmsOf } from "../../../alarms/capture.ts";
import type { Alarm } from "../../../alarms/model.ts";
import { localNames } from "../../../alarms/names.ts";
import { alarmsIn } from "../../../alarms/rule.ts";
import type { Graph } from "../../../graph/model.ts";
import { referencesIn } from "../../../graph/text.ts";

/** The alarms that say how the tracks do, as the stack registers them. */
export interface WatchedAlarms {
  /** The tracks' own, and all that those stand on. */
  alarms: Alarm[];
  /** By track, the ARN of its alarm. */
  ofTrack: Record<string, string>;
  /** By track, why its alarm can't be played here. */
  refused: Record<string, string>;
}

/** The stack's output `trackAlarmArns` says which they are, here as on AWS. */
export function watchedAlarms(graph: Graph): WatchedAlarms {
  const { alarms, refused } = alarmsOf(graph);
  const resolve = localNames(graph);
  const found: WatchedAlarms = { alarms: [], ofTrack: {}, refused: {} };
  const kept = new Set<Alarm>();
  for (const [track, output] of Object.entries(graph.outputs.trackAlarmArns ?? {})) {
    const [reference] = referencesIn(output);
    const arn = reference && resolve(reference);
    const alarm = alarms.find((each) => each.arn === arn);
    if (alarm && arn) {
      found.ofTrack[track] = arn;
      for (const each of standsOn(alarm, alarms)) kept.add(each);
    } else {
      const why = refused.find(({ name }) => arn?.endsWith(`:${name}`))?.why ?? "the stack registers none";
      found.refused[track] = why;
    }
  }
  return { ...found, alarms: alarms.filter((alarm) => kept.has(alarm)) };
}

/** An alarm and those that its rule names, and theirs. */
function standsOn(alarm: Alarm, all: readonly Alarm[]): Alarm[] {
  if (alarm.kind === "metric") return [alarm];
  const named = alarmsIn(alarm.rule);
  const parts = all.filter((each) => named.includes(each.arn) || named.includes(each.name));
  return [alarm, ...parts.flatMap((part) => standsOn(part, all))];
}
