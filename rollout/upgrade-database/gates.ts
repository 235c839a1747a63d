import { systemClock } from "../clock.ts";
import type { Findings } from "../drill/findings.ts";
import { differences, digestsOf } from "../platforms/rehearsal/backups/digest.ts";
import { besideOf, storeOf } from "../platforms/rehearsal/backups/store.ts";
import { logOf } from "../platforms/rehearsal/machine/processes.ts";
import type { Room } from "../platforms/rehearsal/room.ts";

import { chooseReads } from "./reads/choose.ts";
import { judgeReads } from "./reads/judge.ts";
import { exported, replay } from "./reads/replay.ts";
import { sampleStatements } from "./reads/sample.ts";
import { lagMs } from "./replication.ts";
import { atSameMoment } from "./same-moment.ts";
import { schemaDifferences, schemaOf } from "./schema.ts";

/** What the gates of an upgrade are called, in the order in which they are told. */
export const GATES = ["lag", "schema", "rows", "answers", "speed"] as const;

export type GateName = (typeof GATES)[number];

/** What is written must be there within this time: the switch waits for it without writers. */
const LAG_MS = 2_000;

/**
 * Asks whether the server beside the live one may take its place: whether it keeps up, has the same schema and the same rows, and answers
 * what the application asks as the live one does, and as fast. The live one is read as it is at one moment, while users go on.
 *
 * @param sampleSeconds for how long the live server's statements are written down; with 0 none are replayed
 * @returns for how long writers waited at most, in milliseconds
 */
export async function askGates(
  room: Room,
  findings: Findings<GateName>,
  sampleSeconds: number,
): Promise<{ pausedMs: number }> {
  const [live, next] = [storeOf(room), besideOf(room)];
  const statements =
    sampleSeconds === 0
      ? []
      : await sampleStatements(live, logOf(room.ledger, "postgres"), () =>
          systemClock.sleep(sampleSeconds * 1000, room.signal),
        );
  const reads = chooseReads(statements);
  const lag = await lagMs(live, LAG_MS);
  const late = lag === undefined ? [`what is written isn't there after ${LAG_MS / 1000} s`] : [];
  findings.judge("lag", late, `what is written is there after ${lag} ms`);
  const { pausedMs } = await atSameMoment(live, next, async (here, there) => {
    const other = schemaDifferences(await schemaOf(here), await schemaOf(there));
    const again = "the schema isn't replicated: rollout upgrade-database --back, and begin anew";
    findings.judge(
      "schema",
      other.length > 0 ? [...other.slice(0, 5), again] : [],
      "the same on both servers",
    );
    const [ours, theirs] = await Promise.all([digestsOf(here), digestsOf(there)]);
    const wrong = differences(ours, theirs);
    const tables = Object.keys(ours).length;
    const rows = Object.values(ours).reduce((sum, table) => sum + table.rows, 0);
    findings.judge(
      "rows",
      [...wrong.rows, ...wrong.digests],
      `every one of ${rows} rows in ${tables} tables is the same`,
    );
    if (sampleSeconds === 0) return;
    const [at, nextAt] = [await exported(here), await exported(there)];
    const replayed = await replay(
      reads,
      { at: live, snapshot: at },
      { at: next, snapshot: nextAt },
      room.plan.database.username,
    );
    const judged = judgeReads(replayed);
    const asked = `${judged.compared} statements of the last ${sampleSeconds} s`;
    const left = judged.uncomparable > 0 ? `; ${judged.uncomparable} can't be compared` : "";
    if (judged.compared === 0) {
      const none = `the application asked nothing in ${sampleSeconds} s that can be compared`;
      findings.add("answers", "unknown", none);
      findings.add("speed", "unknown", none);
      return;
    }
    findings.judge("answers", judged.wrong, `${asked} have the same answers${left}`);
    findings.judge("speed", judged.slow, `${asked} read no more pages, and take no longer`);
  });
  return { pausedMs };
}
