import { storeOf } from "../../rollout/platforms/rehearsal/backups/store.ts";
import { asSuperuser } from "../../rollout/platforms/rehearsal/backups/superuser.ts";
import { placeIn } from "../../rollout/platforms/rehearsal/verbs/options.ts";
import { prepareChange } from "../../rollout/platforms/rehearsal/verbs/prepare.ts";
import type { BenchPlace } from "../rehearsal.ts";
import type { PhaseNotes } from "./crowd/notes.ts";

/** What the database has of the users' orders. */
export interface Written {
  /** Acknowledged, and not there. */
  lost: string[];
  /** There more than once, acknowledged or not. */
  doubled: string[];
  /** Orders without an answer, and whether they are there: their users were told of a failure. */
  unanswered: { number: string; phase: string; there: boolean }[];
}

export async function writtenIn(place: BenchPlace, phases: readonly PhaseNotes[]): Promise<Written> {
  const store = storeOf(await prepareChange(place, placeIn(place)));
  const { rows } = await asSuperuser(store, (client) =>
    client.query<{ number: string; times: string }>(
      "SELECT number, count(*) AS times FROM orders GROUP BY number",
    ),
  );
  const times = new Map(rows.map(({ number, times }) => [number, Number(times)]));
  return {
    lost: phases.flatMap(({ acknowledged }) => acknowledged.filter((number) => !times.has(number))),
    doubled: [...times].flatMap(([number, count]) => (count > 1 ? [number] : [])),
    unanswered: phases.flatMap(({ name, unanswered }) =>
      unanswered.map((number) => ({ number, phase: name, there: times.has(number) })),
    ),
  };
}
