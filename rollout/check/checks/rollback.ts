import type { JournalEntry } from "../../core/journal.ts";
import { spanText } from "../about.ts";
import { type Finding, fail, pass, unknown } from "../finding.ts";

/** A rollback that took traffic off a version. */
export interface Rehearsed {
  rollout: string;
  version: string;
  /** When the weights were seen to be back, in milliseconds since the epoch. */
  at: number;
}

export interface RollbackFacts {
  candidate: string | undefined;
  /** What the candidate is to run: 12 hex digits. */
  version: string | undefined;
  rehearsed: readonly Rehearsed[];
}

/**
 * The rollbacks of a journal that prove something: the candidate's version was tested, the candidate had traffic, and
 * after the decision to roll back the balancer was read and gave it none.
 */
export function rollbacksIn(entries: readonly JournalEntry[]): Rehearsed[] {
  const found: Rehearsed[] = [];
  let rollout = "";
  let candidate = "";
  let version: string | undefined;
  let tests = new Set<number>();
  let stage: "none" | "traffic" | "back" = "none";
  for (const entry of entries) {
    if (entry.kind === "begin") {
      ({ rollout, candidate } = entry);
      [version, tests, stage] = [undefined, new Set(), "none"];
    } else if (entry.kind === "intent" && entry.act.do === "smoke" && entry.act.track === candidate) {
      tests.add(entry.id);
    } else if (entry.kind === "done" && tests.has(entry.id) && entry.result && "version" in entry.result) {
      version = entry.result.version;
    } else if (entry.kind === "verified") {
      const share = entry.weights[candidate] ?? 0;
      if (stage === "back" && share === 0 && version !== undefined) {
        found.push({ rollout, version, at: entry.at });
        stage = "none";
      } else if (share > 0 && stage === "none") stage = "traffic";
    } else if (entry.kind === "rollback" && stage === "traffic") stage = "back";
  }
  return found;
}

export function judgeRollback(
  { candidate, version, rehearsed }: RollbackFacts,
  stack: string,
  now: number,
): Finding {
  const whatToDo =
    `Rehearse it: rollout rehearse up --stack ${stack}, rollout run --stack ${stack} --candidate ${candidate ?? "TRACK"}, ` +
    `and once it has traffic: rollout rollback --stack ${stack}`;
  if (candidate === undefined)
    return unknown("there is no candidate", "Name the track that is to take over with --candidate.");
  const last = rehearsed.findLast((each) => each.version === version);
  if (last) return pass(`${version} was taken back ${spanText(now - last.at)} ago, in ${last.rollout}`);
  const others =
    rehearsed.length > 0
      ? ` (only of ${[...new Set(rehearsed.map((each) => each.version))].join(", ")})`
      : "";
  return fail(`no rollback of ${candidate}'s version ${version} was rehearsed${others}`, whatToDo);
}
