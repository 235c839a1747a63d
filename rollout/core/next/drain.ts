import { type Action, note, type Seen } from "../action.ts";
import { drainedAt, type RolloutState } from "../state.ts";
import { only } from "../weights.ts";
import { bring } from "./bring.ts";

/**
 * Ends the drain of stable at the last step: who still has a session there goes to the candidate, too. It is time when the
 * plan's time is over, when nobody was there for so long that no session can be left, when a person said that the bake is over,
 * or when stable doesn't answer any more: nobody is held there then.
 *
 * While both tracks are sick nothing more is moved.
 *
 * @returns undefined when nothing drains, or not to the end yet
 */
export function endDrain(state: RolloutState, seen: Seen, now: number): Action | undefined {
  const { draining, candidate, held } = state;
  if (draining === undefined || held) return undefined;
  const isOver = now >= drainedAt(state) || isEmpty(state, seen) || seen.gates?.stableFails === true;
  if (!isOver && !isCutShort(state, seen)) return undefined;
  const weights = only(candidate);
  const brought = bring(state, seen, now, weights, { do: "weights", weights });
  switch (brought.is) {
    case "there":
      return note({ kind: "verified", weights });
    case "due":
      return { is: "act", act: brought.act };
    case "spent":
      return note({ kind: "paused", reason: `${draining} can't be left: ${brought.reason}` });
    case "busy":
      return brought.action;
  }
}

/** Nobody has asked stable for anything for as long as a session lasts. Figures that are late only make it later. */
function isEmpty({ stage, plan }: RolloutState, { gates }: Seen): boolean {
  if (stage.at !== "bake" || !plan.drain || !gates) return false;
  const last = Math.max(stage.since, gates.heardStable ?? 0);
  return gates.through - last >= plan.drain.idleSeconds * 1000;
}

function isCutShort({ skip }: RolloutState, { gates }: Seen): boolean {
  return skip && gates?.verdict.hold !== true;
}
