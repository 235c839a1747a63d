import { answerBy, type DueMessage, messagesOf } from "./incident.ts";
import { AUDIENCES, type Incident } from "./incident-model.ts";
import { MEANING, UPDATE_MINUTES } from "./severity.ts";

/** Who hears what and when, as a page of plain text: to read on the phone and to copy from. */
export function incidentText(
  incident: Incident,
  messages: readonly DueMessage[] = messagesOf(incident),
): string {
  const { stack, severity, startedAt, now } = incident;
  const answer = answerBy(incident);
  const head = [
    `${severity} on ${stack}: ${MEANING[severity]}`,
    `Began ${stamp(startedAt)}, ${ago(now - startedAt)} ago. ${answer === null ? "Looked at in the weekly review." : `Answer by ${stamp(answer)}${lateness(answer, now)}.`}`,
    ...(UPDATE_MINUTES[severity] === null
      ? []
      : [`Updates every ${UPDATE_MINUTES[severity]} min while it lasts.`]),
  ];
  const parts = AUDIENCES.flatMap((audience) => {
    const own = messages.filter((message) => message.audience === audience);
    if (own.length === 0) return [];
    const draft = audience === "customers" ? " (drafts: a person fills in the brackets and sends them)" : "";
    return [`== ${audience}${draft}`, ...own.map((message) => messageText(message, now))];
  });
  return `${[head.join("\n"), ...parts].join("\n\n")}\n`;
}

function messageText({ kind, to, dueAt, when, text }: DueMessage, now: number): string {
  const due = dueAt === null ? when : `by ${stamp(dueAt)}${lateness(dueAt, now)}`;
  return `${kind}, to ${to}, ${due}:\n  ${text}`;
}

function lateness(at: number, now: number): string {
  const left = at - now;
  if (Math.abs(left) < 60_000) return " (now)";
  return left > 0 ? ` (in ${ago(left)})` : ` (was due ${ago(-left)} ago: now, unless it was sent)`;
}

function ago(ms: number): string {
  const minutes = Math.floor(ms / 60_000);
  if (minutes < 120) return `${minutes} min`;
  const hours = Math.floor(minutes / 60);
  return hours < 48 ? `${hours} h ${minutes % 60} min` : `${Math.floor(hours / 24)} days`;
}

function stamp(at: number): string {
  return `${new Date(at).toISOString().slice(0, 16).replace("T", " ")} UTC`;
}
