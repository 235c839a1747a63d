import type { Plan } from "./plan.ts";
import type { Reading } from "./reading.ts";
import type { Weights } from "./weights.ts";

/** What changes the world. Each is done under an intent of its own that is in the journal before. */
export type Act =
  /** Idempotent by name. */
  | { do: "backup"; name: string }
  /** Expand: while stable serves, and before anything of the candidate's does. @property track the candidate */
  | { do: "migrate"; name: string; track: string }
  /** What only the track needed that is gone. @property track the one that serves */
  | { do: "contract"; name: string; track: string }
  | { do: "deploy"; track: string }
  | { do: "smoke"; track: string }
  | { do: "grow"; track: string; servers: number }
  /** @property draining a track that gets no weight and keeps its sessions */
  | { do: "weights"; weights: Weights; draining?: string }
  /** The emergency: the balancer first. */
  | { do: "weights-now"; weights: Weights }
  /** The config's `stable` key. */
  | { do: "stable"; track: string }
  | { do: "drain"; track: string };

/** @property version what was tested: 12 hex digits */
export type ActResult =
  | { backup: string }
  /** What was run. @property harmed what the track that serves suffered of it, while it ran or right after it */
  | { migration: string; harmed?: string }
  | { passed: boolean; details: readonly string[]; version?: string };

export type Command = "pause" | "resume" | "promote" | "rollback" | "adopt" | "restore";

/** The phase of the launch that a rollout begins, as it was when it was found to be GO. */
export interface PhaseRecord {
  name: string;
  /** Who is in it, and how they come to the candidate. */
  cohort: string;
  reach: readonly string[];
}

/** Sessions that don't fit the split; gates that would have sent the candidate back; a migration that nobody has drilled. */
export type PausedAbout = "sessions" | "gates" | "drill";

/** What an entry says; all of it is plain data. */
export type Note =
  | { kind: "begin"; rollout: string; stable: string; candidate: string; plan: Plan; phase?: PhaseRecord }
  /** @property id the entry's index in the journal */
  | { kind: "intent"; id: number; act: Act }
  | { kind: "done"; id: number; result?: ActResult }
  | { kind: "failed"; id: number; error: string }
  /** The controller died between intent and end: whether the act happened is to be read from the world. */
  | { kind: "lost"; id: number }
  /** The weights stand so in config, in state and on the balancer. */
  | { kind: "verified"; weights: Weights; draining?: string }
  | { kind: "passed"; step: number; reason: string; skipped: boolean; evidence?: unknown }
  | { kind: "hold"; reason: string; evidence?: unknown }
  | { kind: "released" }
  | { kind: "frozen"; until: number }
  /** @property about what was found, where a person's `resume` accepts it */
  | { kind: "paused"; reason: string; about?: PausedAbout; evidence?: unknown }
  /** Something that a person should know, and nothing is done about. @property gates those that have failed, by name */
  | { kind: "told"; reason: string; gates: readonly string[]; evidence?: unknown }
  /** Sessions don't fit the split, and cohorts are led to the candidate: so they needn't. @property cohorts such as `pilots to green` */
  | { kind: "led"; cohorts: string }
  | { kind: "rollback"; reason: string; evidence?: unknown }
  /** The run is over, the rollout isn't: a person must decide. */
  | { kind: "stopped"; reason: string; drift?: Reading }
  | { kind: "ended"; outcome: Outcome; reason: string }
  /** The journal couldn't be written for a while. Told at once; in the journal once it can be written again. */
  | { kind: "unwritten"; reason: string }
  /** From a person, written by another process. With adopt and restore: the weights that are to hold. */
  | { kind: "command"; command: Command; weights?: Weights }
  /** From a person, at any time, also when no rollout is under way: it moves nothing. */
  | ({ kind: "visit" } & Visit)
  /** From a person, at any time: a candidate's migration was drilled on a copy. @property bad what didn't pass, a line each */
  | { kind: "drilled"; drill: string; outcome: string; candidate: string; bad: readonly string[] };

/** A person looks into what runs, or has it do something: never what came of it, and no secret. */
export interface Visit {
  verb: "logs" | "exec" | "console" | "ps";
  /** A server's name, such as `blue-1`; undefined: none alone. */
  server?: string;
  /** What was asked for, in words: a command, or which logs. */
  command?: string;
}

/** Every kind of entry: the compiler says which one is missing. */
export const KINDS = Object.keys({
  begin: true,
  intent: true,
  done: true,
  failed: true,
  lost: true,
  verified: true,
  passed: true,
  hold: true,
  released: true,
  frozen: true,
  paused: true,
  told: true,
  led: true,
  rollback: true,
  stopped: true,
  ended: true,
  unwritten: true,
  command: true,
  visit: true,
  drilled: true,
} satisfies Record<Note["kind"], true>) as readonly Note["kind"][];

export type Outcome = "promoted" | "rolled-back";

export type JournalEntry = Note & {
  /** Milliseconds since the epoch. */
  at: number;
  /** Who wrote it: a run of the controller, or a person. */
  by: string;
  /** The same moment by a clock that nobody can set: how long ago it is, for who goes on on that machine. */
  mark?: { boot: string; up: number };
};

/** Whether people write such entries, at any time, beside the one run that writes all others. */
export function isOfPeople({ kind }: Pick<JournalEntry, "kind">): boolean {
  return kind === "command" || kind === "visit" || kind === "drilled";
}

/**
 * Who is to be told: `page` wakes somebody, `tell` is for the channel.
 *
 * @returns undefined for what only the journal keeps
 */
export function urgency(entry: Note): "page" | "tell" | undefined {
  // Where a candidate stays that would have gone back, somebody must come.
  if (entry.kind === "paused" && entry.about === "gates") return "page";
  switch (entry.kind) {
    case "stopped":
    case "hold":
    case "rollback":
    case "unwritten":
      return "page";
    case "begin":
    case "passed":
    case "released":
    case "frozen":
    case "paused":
    case "told":
    case "ended":
    case "command":
      return "tell";
    default:
      return undefined;
  }
}
