import type { Settings } from "../../infra/settings/settled.ts";

/** What every check may need to know besides its own facts. */
export interface CheckContext {
  stack: string;
  on: "rehearsal" | "aws";
  settings: Settings;
  /** The track that is to take over; undefined: the stack has no other track. */
  candidate: string | undefined;
  /** Milliseconds since the epoch. */
  now: number;
}

/** `1 h`, `3 days`: the larger unit alone. */
export function spanText(milliseconds: number): string {
  const hours = milliseconds / 3_600_000;
  if (hours >= 48) return `${Math.floor(hours / 24)} days`;
  if (hours >= 1) return `${Math.floor(hours)} h`;
  return `${Math.max(0, Math.floor(hours * 60))} min`;
}

export const DAY_MS = 86_400_000;
