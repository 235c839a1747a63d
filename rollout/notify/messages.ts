import type { Note } from "../core/journal.ts";
import type { Withdrawal } from "../core/withdrawal.ts";

export type Audience = "team" | "operators" | "key customers" | "users" | "status page";

/** A text that somebody is to get, and how soon. */
export interface Message {
  to: Audience;
  /** Within how many minutes of the event. */
  withinMinutes: number;
  text: string;
}

export interface Subject {
  stack: string;
  stable: string;
  candidate: string;
  /** How the rollout was taken back; left out: it wasn't, or it isn't known. */
  withdrawal?: Pick<Withdrawal, "by" | "hadUsers"> | undefined;
}

const DAY = 24 * 60;

/** What people outside are told, of any stack: no name of ours, no address, no cause that isn't known for sure. */
export const OUTSIDE = {
  seen: "We are seeing errors on some requests and are working on it.",
  /** Only where the gates have found it: with their evidence it is sure. */
  withdrawn: "A new version caused problems for a share of requests. It was withdrawn at once.",
  /** Where a person, or a step that couldn't be taken, was the reason. */
  takenBack: "We have taken a new version back: everybody is on the version before it.",
} as const;

/** @returns what people outside are told of it; undefined when users had nothing of it */
export function outsideOf({ by, hadUsers }: Pick<Withdrawal, "by" | "hadUsers">): string | undefined {
  if (!hadUsers) return undefined;
  return by === "the gates" ? OUTSIDE.withdrawn : OUTSIDE.takenBack;
}

/**
 * Who else hears of an entry of the journal, what and when: the team and the status page at once, users within half an hour
 * and every half hour while it lasts, and a summary within a day. Texts for people outside are drafts: a person sends them.
 *
 * @returns nothing for what only the team's channel needs to know
 */
export function messagesFor(note: Note, subject: Subject): Message[] {
  const { stack, candidate } = subject;
  switch (note.kind) {
    case "stopped":
    case "hold":
      return [
        { to: "operators", withinMinutes: 0, text: `Look at ${stack} now: rollout status --stack ${stack}` },
        {
          to: "status page",
          withinMinutes: 5,
          text: `${OUTSIDE.seen} Next update in 30 minutes.`,
        },
        {
          to: "key customers",
          withinMinutes: 5,
          text: "Some of your requests may fail at the moment. We know, and will write again within 30 minutes.",
        },
        {
          to: "users",
          withinMinutes: 30,
          text: "Some requests may fail right now. We are on it and will say when it is over.",
        },
        POSTMORTEM,
      ];
    case "rollback":
      return goingBack(subject);
    case "ended":
      return note.outcome === "rolled-back"
        ? wentBack(subject)
        : [{ to: "users", withinMinutes: DAY, text: `A new version is live (${candidate}).` }];
    case "unwritten":
      return [
        {
          to: "operators",
          withinMinutes: 120,
          text: `Make the journal of ${stack} writable again, such as by freeing space. Back without it: rollout rollback --stack ${stack}`,
        },
      ];
    case "paused":
      return [
        {
          to: "operators",
          withinMinutes: 120,
          text: `Decide: rollout resume, promote or rollback --stack ${stack}`,
        },
      ];
    default:
      return [];
  }
}

function goingBack({ stack, stable, candidate, withdrawal = UNSURE }: Subject): Message[] {
  const text = outsideOf(withdrawal);
  const stays = `All traffic of ${stack} stays on ${stable}: no user was on ${candidate}.`;
  const goes = `All traffic of ${stack} goes back to ${stable}.`;
  return [
    { to: "operators", withinMinutes: 0, text: text ? goes : stays },
    ...(text ? [{ to: "status page", withinMinutes: 30, text } as const] : []),
  ];
}

/** Who had nothing of it isn't told, and where no user was on it there is nothing to be sorry for. */
function wentBack({ candidate, withdrawal = UNSURE }: Subject): Message[] {
  if (!withdrawal.hadUsers)
    return [
      {
        to: "team",
        withinMinutes: DAY,
        text: `No user was on ${candidate}. Find out why it went back before it is rolled out again: rollout report`,
      },
    ];
  const text =
    withdrawal.by === "the gates"
      ? "A new version caused problems for some of you. It is withdrawn, and everything works as before."
      : "We have taken back a new version that some of you had. Everybody is on the version before it. [what users noticed, if anything]";
  return [{ to: "users", withinMinutes: 30, text }, POSTMORTEM];
}

/** Says no more than that it went back. */
const UNSURE = { by: "the controller", hadUsers: true } as const;

const POSTMORTEM: Message = {
  to: "team",
  withinMinutes: DAY,
  text: "Post-mortem: what happened, who noticed how, what users saw, what prevents it. The report has the timeline: rollout report",
};
