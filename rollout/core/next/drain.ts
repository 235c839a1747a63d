import { type Action, note, type Seen } from "../action.ts";
import { drainOf, type RolloutState } from "../state.ts";
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
export function endDrain(
  state: RolloutState,
  seen: Seen & { gates: NonNullable<Seen["gates"]> },
  now: number,
): Action | undefined {
  const drain = drainOf(state);
  if (!drain || state.held) return undefined;
  const { through, heardStable = drain.from, stableFails, verdict } = seen.gates;
  // Figures that are late only make it later.
  const isEmpty = through - Math.max(drain.from, heardStable) >= drain.idleMs;
  const isCutShort = state.skip && verdict.hold !== true;
  if (now < drain.until && !isEmpty && !stableFails && !isCutShort) return undefined;
  const weights = only(state.candidate);
  const brought = bring(state, seen, now, weights, { do: "weights", weights });
  switch (brought.is) {
    case "there":
      return note({ kind: "verified", weights });
    case "due":
      return { is: "act", act: brought.act };
    case "spent":
      return note({ kind: "paused", reason: `${state.draining} can't be left: ${brought.reason}` });
    case "busy":
      return brought.action;
  }
}
