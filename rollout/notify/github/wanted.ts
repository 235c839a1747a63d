import type { RolloutState } from "../../core/state.ts";
import { shareOf } from "../../core/weights.ts";
import { plainLine } from "../../view/plain.ts";

/** What GitHub is to say of a rollout's deployment. */
export interface WantedStatus {
  state: "in_progress" | "success" | "failure";
  /** One line, of the characters that GitHub takes. */
  description: string;
}

/** GitHub REST API, "Create a deployment status": `description`. */
const MOST_CHARACTERS = 140;

/**
 * `success` once the candidate is stable, `failure` once all traffic is back: what comes after that, such as the time in which the
 * servers without traffic stay, changes nothing for users. What a person must decide is still in progress.
 */
export function wantedStatus(state: RolloutState): WantedStatus {
  const { outcome, stopped, paused, candidate, weights, stage } = state;
  const share = `${candidate} has ${weights ? shareOf(weights, candidate) : 0} %`;
  if (stopped !== undefined) return status("in_progress", `${share}, stopped: ${stopped}`);
  // Decided, but not there yet.
  if (stage.at === "return" || stage.at === "unpromote") return status("in_progress", `${share}, goes back`);
  if (outcome?.is === "promoted") return status("success", `${candidate} is promoted`);
  if (outcome) return status("failure", `${outcome.is}: ${outcome.reason}`);
  if (paused) return status("in_progress", `${share}, paused: ${paused.reason}`);
  return status("in_progress", `${share} (${stage.at})`);
}

function status(state: WantedStatus["state"], text: string): WantedStatus {
  const line = plainLine(text);
  return {
    state,
    description: line.length > MOST_CHARACTERS ? `${line.slice(0, MOST_CHARACTERS - 3)}...` : line,
  };
}

/** Whether no word can take the candidate back any more: what served before has nothing left of it. */
export function isFinal({ stage }: Pick<RolloutState, "stage">): boolean {
  return stage.at === "contract" || stage.at === "over" || stage.at === "ended";
}
