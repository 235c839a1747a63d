import { z } from "zod";
import { recordFile } from "../platforms/rehearsal/machine/lost/record-file.ts";
import type { Place } from "../platforms/rehearsal/machine/state.ts";

const schema = z.object({
  version: z.literal(1),
  /**
   * `copying`: the new server gets schema and rows; `following`: it has them, and follows the live one; `switching`: the two are changing
   * places; `switched`: the new one is live, and the old one follows it.
   */
  stage: z.enum(["copying", "following", "switching", "switched"]),
  /** The server of before, and the new one: folder and major version. */
  old: z.object({ folder: z.string().startsWith("/"), major: z.string() }),
  new: z.object({ folder: z.string().startsWith("/"), major: z.string() }),
  /** Which of the two is to be live when `switching` is over. */
  towards: z.enum(["new", "old"]).optional(),
  /** How many connections the application's database took before, -1 for any: while it is closed it takes none. */
  connectionLimit: z.int().min(-1),
  /** When the application was kept out for the switch, in milliseconds since the epoch. */
  closed: z.number().optional(),
  /** When the next one began to serve, in milliseconds since the epoch. */
  since: z.number().optional(),
});

/** An upgrade that was begun: written before each act, gone when it is finished or undone. */
export type UpgradeRecord = z.output<typeof schema>;

export function upgradeFile(place: Place) {
  const wayOut = "Which database is live stands in state.json beside it.";
  return recordFile(place, "upgrading.json", schema, wayOut);
}
