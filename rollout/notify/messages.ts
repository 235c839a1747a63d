import type { Note } from "../core/journal.ts";

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
}

const DAY = 24 * 60;

/** What people outside are told, of any stack: no name of ours, no address, no cause that isn't known for sure. */
export const OUTSIDE = {
  seen: "We are seeing errors on some requests and are working on it.",
  withdrawn: "A new version caused errors for a share of requests. It was withdrawn at once.",
} as const;

/**
 * Who else hears of an entry of the journal, what and when: the team and the status page at once, users within half an hour
 * and every half hour while it lasts, and a summary within a day. Texts for people outside are drafts: a person sends them.
 *
 * @returns nothing for what only the team's channel needs to know
 */
export function messagesFor(note: Note, { stack, stable, candidate }: Subject): Message[] {
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
      return [
        { to: "operators", withinMinutes: 0, text: `All traffic of ${stack} goes back to ${stable}.` },
        {
          to: "status page",
          withinMinutes: 30,
          text: OUTSIDE.withdrawn,
        },
      ];
    case "ended":
      return note.outcome === "rolled-back"
        ? [
            {
              to: "users",
              withinMinutes: 30,
              text: "A new version caused errors for some of you. It is withdrawn, and everything works as before.",
            },
            POSTMORTEM,
          ]
        : [{ to: "users", withinMinutes: DAY, text: `A new version is live (${candidate}).` }];
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

const POSTMORTEM: Message = {
  to: "team",
  withinMinutes: DAY,
  text: "Post-mortem: what happened, who noticed how, what users saw, what prevents it. The report has the timeline: rollout report",
};
