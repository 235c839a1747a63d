import { z } from "zod";
import { recordFile } from "../platforms/rehearsal/machine/lost/record-file.ts";
import type { Place } from "../platforms/rehearsal/machine/state.ts";

const schema = z.object({
  version: z.literal(1),
  /** `to` a moment, or `back` to the database that was live before. */
  direction: z.enum(["to", "back"]),
  /** The moment, in milliseconds since the epoch; of `back` the one at which that database had stopped serving. */
  moment: z.number(),
  /** The folder of the database that is live, and of that which is to be. */
  from: z.string().startsWith("/"),
  into: z.string().startsWith("/"),
  /** The live one's timeline. */
  timeline: z.string(),
  /** See DatabaseLife. */
  fromXid: z.string().optional(),
  /** When the live one stopped serving, in milliseconds since the epoch. */
  since: z.number().optional(),
});

/** A switch that was confirmed and isn't done yet: written before the live database is touched, gone when all is done. */
export type SwitchRecord = z.output<typeof schema>;

function file(place: Place) {
  const wayOut = "Which database is live stands in state.json beside it; remove it and restore anew.";
  return recordFile(place, "restoring.json", schema, wayOut);
}

export function writeSwitch(place: Place, record: SwitchRecord): void {
  file(place).write(record);
}

/** @throws {Damaged} */
export function readSwitch(place: Place): SwitchRecord | undefined {
  return file(place).read();
}

export function removeSwitch(place: Place): void {
  file(place).remove();
}
