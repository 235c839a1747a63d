import type { Clock } from "../../clock.ts";
import { appendAfter } from "../../platforms/append.ts";
import type { JournalStore } from "../../platforms/platform.ts";
import type { DrillRecord } from "../record.ts";

/** A drill's verdict in the stack's journal, where it stands before the release that rests on it. */
export async function writeDrilled(journal: JournalStore, clock: Clock, record: DrillRecord): Promise<void> {
  const { id, by, outcome, facts, checks } = record;
  const bad = checks
    .filter(({ verdict }) => verdict !== "pass")
    .map(({ name, details }) => `${name}: ${details}`);
  const said = { kind: "drilled", drill: id, outcome, candidate: facts.candidate ?? "", bad } as const;
  await appendAfter(journal, () => ({ ...said, at: clock.now(), by }));
}
