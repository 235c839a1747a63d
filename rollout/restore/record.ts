import { rmSync } from "node:fs";
import { join } from "node:path";
import { z } from "zod";
import { writeAtomically } from "../platforms/rehearsal/machine/files.ts";
import { stored } from "../platforms/rehearsal/machine/lost/stored.ts";
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

function fileIn({ folder }: Pick<Place, "folder">): string {
  return join(folder, "restoring.json");
}

export function writeSwitch(place: Place, record: SwitchRecord): void {
  writeAtomically(fileIn(place), JSON.stringify(record, null, 2), 0o600);
}

/** @throws {Damaged} */
export function readSwitch(place: Place): SwitchRecord | undefined {
  const wayOut = "Which database is live stands in state.json beside it; remove it and restore anew.";
  return stored(fileIn(place), schema, wayOut);
}

export function removeSwitch(place: Place): void {
  rmSync(fileIn(place), { force: true });
}
