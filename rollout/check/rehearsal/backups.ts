import type { Graph } from "../../graph/model.ts";
import { storeOf } from "../../platforms/rehearsal/backups/store.ts";
import { inspect } from "../../platforms/rehearsal/backups/wholeness.ts";
import type { Place } from "../../platforms/rehearsal/machine/state.ts";
import { prepareChange } from "../../platforms/rehearsal/verbs/prepare.ts";
import type { CheckContext } from "../about.ts";
import type { BackupFacts } from "../checks/backups.ts";

/** What pgBackRest's repository holds, each file of it held against its checksum. */
export async function readBackups(
  { stack, settings }: CheckContext,
  projectDir: string,
  place: Place,
  graph: () => Promise<Graph>,
): Promise<BackupFacts> {
  const room = await prepareChange({ stack, projectDir, capture: graph }, place);
  const { good, problems } = await inspect(storeOf(room));
  const newest = good.at(-1);
  return {
    everyHours: settings.database.backupEveryHours,
    newest: newest && { id: newest.label, at: newest.stop },
    problems,
    command: `rollout run --stack ${stack} takes one before it does anything else`,
  };
}
