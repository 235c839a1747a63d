import type { Act, ActResult, JournalEntry, PhaseRecord } from "../core/journal.ts";
import { readingText } from "../core/reading.ts";
import { trafficText, weightsText } from "../core/weights.ts";

/** What each intent of a journal was, by its id: what `done` and `failed` refer to. */
export function actsIn(entries: readonly JournalEntry[]): Map<number, Act> {
  return new Map(entries.flatMap((entry) => (entry.kind === "intent" ? [[entry.id, entry.act]] : [])));
}

/**
 * A journal's entry as a line for people.
 *
 * @param acts the journal's intents, for the entries that refer to one
 */
export function entryText(entry: JournalEntry, acts?: ReadonlyMap<number, Act>): string {
  const what = (id: number) => {
    const act = acts?.get(id);
    return act ? actText(act) : `entry ${id}`;
  };
  switch (entry.kind) {
    case "begin":
      return `rollout ${entry.rollout} begins: ${entry.candidate} is to take over from ${entry.stable}${phaseText(entry.phase)}`;
    case "intent":
      return `will ${actText(entry.act)}`;
    case "done":
      return `done: ${what(entry.id)}${resultText(entry.result)}`;
    case "failed":
      return `failed: ${what(entry.id)}: ${entry.error}`;
    case "lost":
      return `interrupted: ${what(entry.id)}; what is true is read anew`;
    case "verified":
      return `weights read back everywhere: ${trafficText(entry.weights, entry.draining)}`;
    case "passed":
      return `step ${entry.step + 1} ${entry.skipped ? "cut short" : "passed"}: ${entry.reason}`;
    case "hold":
      return `hold: ${entry.reason}`;
    case "released":
      return "the hold is over";
    case "frozen":
      return `frozen until ${new Date(entry.until).toISOString()}`;
    case "paused":
      return `paused: ${entry.reason}`;
    case "told":
      return `nothing is done about it: ${entry.reason}`;
    case "led":
      return `of the first visits too many or few came, and cohorts are led (${entry.cohorts}): nothing is concluded from it at these weights`;
    case "rollback":
      return `rollback: ${entry.reason}`;
    case "stopped":
      return `stopped, a person must decide: ${entry.reason}${entry.drift ? ` (${readingText(entry.drift)})` : ""}`;
    case "unwritten":
      return `the journal can't be written (${entry.reason}): no step is taken until it can; the gates go on watching, and the way back needs no journal`;
    case "ended":
      return `${entry.outcome}: ${entry.reason}`;
    case "command":
      return `${entry.by} asks: ${entry.command}${entry.weights ? ` ${weightsText(entry.weights)}` : ""}`;
    case "drilled":
      return `${entry.by} drilled the migration of ${entry.candidate} on a copy (${entry.drill}): ${[entry.outcome, ...entry.bad].join("; ")}`;
    case "visit":
      return `${[entry.by, "visits:", entry.verb, entry.server, entry.command].filter(Boolean).join(" ")}`;
  }
}

/** What somebody who looks through a journal looks for first. */
export function isBad({ kind }: JournalEntry): boolean {
  return ["rollback", "stopped", "hold", "failed"].includes(kind);
}

/** The phase that a rollout begins, and who is in it. */
export function phaseText(phase: PhaseRecord | undefined): string {
  return phase ? `, in the phase ${phase.name} (for ${phase.cohort})` : "";
}

export function actText(act: Act): string {
  switch (act.do) {
    case "backup":
      return `back up the database as ${act.name}`;
    case "migrate":
      return "migrate the database";
    case "contract":
      return `take out of the database what only the version before ${act.track} needed`;
    case "deploy":
      return `deploy ${act.track} without traffic`;
    case "smoke":
      return `smoke-test ${act.track}`;
    case "grow":
      return `give ${act.track} ${act.servers} ${act.servers === 1 ? "server" : "servers"}`;
    case "weights":
      return `set the weights to ${trafficText(act.weights, act.draining)}`;
    case "weights-now":
      return `set the weights to ${weightsText(act.weights)} at once, the balancer first`;
    case "stable":
      return `make ${act.track} the stable track`;
    case "drain":
      return `drain ${act.track}`;
  }
}

function resultText(result: ActResult | undefined): string {
  if (!result) return "";
  if ("backup" in result) return ` (${result.backup})`;
  if ("migration" in result)
    return ` (${result.migration})${result.harmed === undefined ? "" : `: ${result.harmed}`}`;
  return `: ${result.passed ? "passed" : "not passed"} (${result.details.join("; ")})`;
}
