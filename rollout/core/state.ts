import { nth } from "../../infra/sure.ts";
import type { Act, Outcome, PausedAbout, PhaseRecord } from "./journal.ts";
import type { Plan } from "./plan.ts";
import type { Weights } from "./weights.ts";

/** Where a rollout is. Each stage ends with one entry of the journal, so a restart finds the same one. */
export type Stage =
  /** All traffic to stable, before anything is deployed. */
  | { at: "clear" }
  | { at: "backup" }
  | { at: "migrate" }
  | { at: "deploy" }
  | { at: "smoke" }
  | { at: "shift"; step: number }
  | { at: "bake"; step: number; since: number }
  | { at: "promote" }
  /** The rollback: all traffic to stable. */
  | { at: "return" }
  /** The rollback of what was promoted: the config's stable key. */
  | { at: "unpromote" }
  /** The track without traffic keeps its servers a while. */
  | { at: "keep"; since: number }
  /** Nothing can go back any more: what only the version before needed is taken out of the database. */
  | { at: "contract" }
  | { at: "over" }
  | { at: "ended" };

/** How long a split held that was read back everywhere; in milliseconds since the epoch. */
export interface HeldSplit {
  /** The candidate's, in whole percent. */
  share: number;
  from: number;
  /** When the next weights were to be set; undefined until then. */
  until?: number;
  /** A person knows that the sessions don't fit it. */
  accepted?: boolean;
  /** Cohorts were led in it: what begins on the candidate isn't by the split alone. */
  led?: boolean;
}

/** What the journal says, and nothing else. */
export interface RolloutState {
  /** Entries in the journal. */
  length: number;
  rollout: string;
  stable: string;
  candidate: string;
  /** The stack's first release: nothing to go back to. */
  first: boolean;
  plan: Plan;
  /** The phase of the launch that it begins. */
  phase: PhaseRecord | undefined;
  begunAt: number;
  /**
   * Since when stable's track has the version that it has now, as far as the journal tells: the track may have had a bad one before.
   */
  stableFrom: number | undefined;
  stage: Stage;
  /** When the stage began, or a person sent it on: its deadlines count from here. */
  stageAt: number;
  /** The intent that has no end yet. */
  open: { id: number; act: Act } | undefined;
  /** Of the stage's act: how often it was tried, when it last ended. */
  tries: number;
  doneAt: number | undefined;
  failedAt: number | undefined;
  lastError: string;
  /** Of the servers that were asked for in this stage. */
  grown: { tries: number; endedAt: number | undefined };
  /** What was last read back everywhere; undefined before the first reading. */
  weights: Weights | undefined;
  /** The weights that were last read back, and all that acts may have set since. */
  known: readonly Weights[] | undefined;
  /** The track that keeps its sessions without weight, or may do so by an act that isn't read back yet. */
  draining: string | undefined;
  /** Weights that a person wants to hold after a drift. */
  mend: Weights | undefined;
  /** A person wants the rollback to go on in spite of a drift. */
  forced: boolean;
  /** The candidate's steps with traffic; `from` in milliseconds. */
  steps: readonly { weight: number; from: number }[];
  /** The splits that were read back in a bake, the newest last. */
  splits: readonly HeldSplit[];
  /** A person wants the rest of the bake skipped. */
  skip: boolean;
  paused: { at: number; reason: string; about?: PausedAbout } | undefined;
  /** A person goes on at this step although gates have failed that would have paused it. */
  accepted: boolean;
  /** Gates that have failed and of which people were told, by name. */
  told: readonly string[];
  /** What the track that serves suffered of a migration. */
  harmed: string | undefined;
  /** A migration that is declared irreversible has begun: nothing goes back by itself. */
  oneWay: boolean;
  frozenUntil: number;
  held: boolean;
  smokeFailed: string | undefined;
  deployed: boolean;
  /** Whether the config's stable key was, or may have been, moved to the candidate. */
  promoted: boolean;
  rollbackAsked: string | undefined;
  /** A person asked for the rollback that is under way, whatever stable's tests say. */
  insisted: boolean;
  outcome: { is: Outcome; reason: string } | undefined;
  stopped: string | undefined;
  /** What stood where when it stopped at a drift, and when that was; undefined once a person has said something. */
  drift: { real: Weights; at: number } | undefined;
}

/** Whether users may be on the candidate, so that the gates must watch. */
export function isWatched({ stage, steps }: RolloutState): boolean {
  return steps.length > 0 && (stage.at === "shift" || stage.at === "bake" || stage.at === "promote");
}

/** When the present step's bake is over, in milliseconds; Infinity out of a bake. */
export function bakedAt({ stage, plan }: RolloutState): number {
  if (stage.at !== "bake") return Number.POSITIVE_INFINITY;
  return stage.since + nth(plan.steps, stage.step).bakeSeconds * 1000;
}

/** Until when the gates of a bake may wait before the rollout pauses, in milliseconds; Infinity out of a bake. */
export function deadlineOf(state: RolloutState): number {
  const { stage, plan, stageAt, frozenUntil } = state;
  if (stage.at !== "bake") return Number.POSITIVE_INFINITY;
  const over = bakedAt(state);
  const grace = nth(plan.steps, stage.step).graceSeconds * 1000;
  return Math.max(over, drainOf(state)?.until ?? over, stageAt, frozenUntil) + grace;
}

/** Stable's sessions at the last step, times in milliseconds; undefined where none are kept. */
export interface Drain {
  from: number;
  /** When it is left at the latest. */
  until: number;
  /** Who was idle for so long has no session any more. */
  idleMs: number;
}

export function drainOf({ stage, plan, draining }: RolloutState): Drain | undefined {
  if (draining === undefined || stage.at !== "bake" || !plan.drain) return undefined;
  const { mostSeconds, idleSeconds } = plan.drain;
  return { from: stage.since, until: stage.since + mostSeconds * 1000, idleMs: idleSeconds * 1000 };
}
