import type { Severity } from "../../infra/watch/alerts.ts";
import { AUDIENCES, type Incident, type IncidentAudience } from "./incident-model.ts";
import { type Told, textsFor } from "./incident-texts.ts";
import { ANSWER_MINUTES, UPDATE_MINUTES } from "./severity.ts";

/** A text that is due. */
export interface DueMessage {
  audience: IncidentAudience;
  /** On which channel, or who of the audience. */
  to: string;
  kind: "first" | "update" | "resolved" | "summary";
  /** By when; null: it depends on when it is over. */
  dueAt: number | null;
  /** In words, when `dueAt` doesn't say it. */
  when: string;
  text: string;
}

interface First {
  audience: IncidentAudience;
  to: string;
  withinMinutes: number;
}

const TEAM: First = { audience: "team", to: "the team's channel and who is on call", withinMinutes: 0 };

/**
 * Who hears first, and within how many minutes. P1 is the crisis plan's: team, status page and key customers within 5
 * minutes, everybody within 30, an update every 30. The others wait as long as an answer may take.
 */
const FIRST: Record<Severity, readonly First[]> = {
  P1: [
    TEAM,
    { audience: "customers", to: "status page", withinMinutes: 5 },
    { audience: "customers", to: "key customers", withinMinutes: 5 },
    { audience: "management", to: "management", withinMinutes: 30 },
    { audience: "customers", to: "affected users, in the application and by mail", withinMinutes: 30 },
  ],
  P2: [
    TEAM,
    { audience: "customers", to: "status page", withinMinutes: 120 },
    { audience: "management", to: "management", withinMinutes: 120 },
  ],
  P3: [TEAM, { audience: "customers", to: "who reported it", withinMinutes: 24 * 60 }],
  P4: [TEAM],
};

const TO = { team: TEAM.to, management: "management" } as const;
const MINUTE = 60_000;
/** So many updates ahead are written down; after them it goes on in the same rhythm. */
const AHEAD = 2;
const SUMMARY_HOURS = 24;

/** Every message of an incident, in the order in which they are due. In each rank the earliest comes first in the table above. */
export function messagesOf(incident: Incident, audience?: IncidentAudience): DueMessage[] {
  const { severity, startedAt } = incident;
  const firsts = FIRST[severity];
  const texts = textsFor(incident);
  const messages = [
    ...firsts.map(({ audience, to, withinMinutes }): DueMessage => {
      const dueAt = startedAt + withinMinutes * MINUTE;
      return {
        audience,
        to,
        kind: "first",
        dueAt,
        when: "",
        text: texts[audience].first({ dueAt, nextAt: nextUpdate(incident, audience, dueAt) }),
      };
    }),
    ...updates(incident, firsts),
    ...afterwards(incident, firsts),
  ];
  return messages
    .filter((message) => audience === undefined || message.audience === audience)
    .sort((a, b) => (a.dueAt ?? Number.POSITIVE_INFINITY) - (b.dueAt ?? Number.POSITIVE_INFINITY));
}

/** By when somebody answers; null: at the weekly review. */
export function answerBy({ severity, startedAt }: Incident): number | null {
  const minutes = ANSWER_MINUTES[severity];
  return minutes === null ? null : startedAt + minutes * MINUTE;
}

/** The one that is due now or was last, and the next ones: what is further back was sent or won't be. */
function updates(incident: Incident, firsts: readonly First[]): DueMessage[] {
  const every = UPDATE_MINUTES[incident.severity];
  if (every === null) return [];
  const texts = textsFor(incident);
  return AUDIENCES.flatMap((audience) => {
    const own = firsts.find((first) => first.audience === audience);
    if (!own) return [];
    const begin = incident.startedAt + own.withinMinutes * MINUTE;
    const passed = Math.max(1, Math.floor((incident.now - begin) / (every * MINUTE)));
    return Array.from({ length: AHEAD + 1 }, (_, index): DueMessage => {
      const dueAt = begin + (passed + index) * every * MINUTE;
      const to = audience === "customers" ? "everybody who was told" : own.to;
      const text = texts[audience].update({ dueAt, nextAt: dueAt + every * MINUTE });
      return { audience, to, kind: "update", dueAt, when: "", text };
    });
  });
}

/** When an audience hears again after a moment: a promise that the updates keep. Null: only when it is over. */
function nextUpdate(
  { severity, startedAt }: Incident,
  audience: IncidentAudience,
  after: number,
): number | null {
  const every = UPDATE_MINUTES[severity];
  const first = FIRST[severity].find((each) => each.audience === audience);
  if (every === null || !first) return null;
  const begin = startedAt + first.withinMinutes * MINUTE;
  return begin + (Math.floor((after - begin) / (every * MINUTE)) + 1) * every * MINUTE;
}

function afterwards(incident: Incident, firsts: readonly First[]): DueMessage[] {
  const texts = textsFor(incident);
  const audiences = AUDIENCES.filter((audience) => firsts.some((first) => first.audience === audience));
  const told: Told = { dueAt: incident.now, nextAt: null };
  return audiences.flatMap((audience): DueMessage[] => {
    const to = audience === "customers" ? "everybody who was told" : TO[audience];
    const resolved = { audience, to, kind: "resolved", dueAt: null, when: "when it is over" } as const;
    const summary = {
      audience,
      to,
      kind: "summary",
      dueAt: null,
      when: `within ${SUMMARY_HOURS} h after that`,
    } as const;
    const { severity } = incident;
    return [
      { ...resolved, text: texts[audience].resolved(told) },
      ...(severity === "P1" || severity === "P2"
        ? [{ ...summary, text: texts[audience].summary(told) }]
        : []),
    ];
  });
}
