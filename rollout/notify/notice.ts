import type { Severity } from "../../infra/watch/alerts.ts";
import type { JournalEntry } from "../core/journal.ts";
import { entryText } from "../view/entry-text.ts";
import { headline } from "../view/once-told.ts";
import { plainLine } from "../view/plain.ts";
import { type Message, messagesFor, type Subject } from "./messages.ts";
import { ANSWER_MINUTES, severityOf } from "./severity.ts";

/** What is told about an event. */
export interface Notice {
  /** Milliseconds since the epoch. */
  at: number;
  stack: string;
  severity: Severity;
  /** What happened to a rollout, or that the service check found a change. */
  event: JournalEntry["kind"] | "check";
  /** One line. */
  title: string;
  /** By when somebody answers, in milliseconds since the epoch; null: at the weekly review. */
  answerBy: number | null;
  /** Who else is to be told, and what. */
  messages: Message[];
}

export function noticeOf(entry: JournalEntry, subject: Subject): Notice {
  const severity = severityOf(entry);
  const minutes = ANSWER_MINUTES[severity];
  return {
    at: entry.at,
    stack: subject.stack,
    severity,
    event: entry.kind,
    title: plainLine(`${severity} ${subject.stack}: ${headline(entryText(entry))}`),
    answerBy: minutes === null ? null : entry.at + minutes * 60_000,
    messages: messagesFor(entry, subject),
  };
}

/** The notice with all that follows from it, lines of plain text. */
export function noticeText({ at, title, answerBy, messages }: Notice): string {
  const clock = (time: number) => `${new Date(time).toISOString().slice(0, 16).replace("T", " ")} UTC`;
  const lines = messages.map(({ to, withinMinutes, text }) => {
    const when = withinMinutes === 0 ? "now" : `by ${clock(at + withinMinutes * 60_000)}`;
    return `- ${to}, ${when}: ${text}`;
  });
  return [
    title,
    ...(answerBy === null ? [] : [`Answer by ${clock(answerBy)}.`]),
    ...(lines.length > 0 ? ["Who hears what:", ...lines] : []),
  ].join("\n");
}
