import { mkdirSync } from "node:fs";
import { dirname, join } from "node:path";
import { z } from "zod";
import type { AlarmReading } from "../../platform.ts";
import { RehearsalError } from "../machine/errors.ts";
import { currentOf, textIn, writeAtomically } from "../machine/files.ts";
import { Damaged, stored } from "../machine/lost/stored.ts";
import type { Place } from "../machine/state.ts";
import type { Named } from "../metrics/named.ts";
import type { WatchedAlarms } from "./watched.ts";

/** What the process that plays the alarms works by. */
export interface AlarmOrder extends WatchedAlarms {
  named: Pick<Named, "balancer" | "targetGroups">;
  /** HAProxy's runtime API. */
  socket: string;
  /** The folder of the servers' logs. */
  logs: string;
}

/** How the alarms stood when they were last looked at. */
interface Board {
  /** Milliseconds since the epoch. */
  at: number;
  /** What the keeper's clock said then: an alarm's `since` is by that clock. */
  now: number;
  /** By track. */
  alarms: Record<string, AlarmReading>;
}

/** One moment by two clocks, in milliseconds since the epoch: the reader's own, and the machine's, which others share. */
export interface Moment {
  now: number;
  wall: number;
}

/** How often the alarms are looked at, in milliseconds: several samples go into a minute. */
export const EVERY_MS = 5_000;
/** An older board tells nothing of now: whoever kept it has ended. */
const STALE_MS = 30_000;

export function orderFile({ folder }: Pick<Place, "folder">): string {
  return join(folder, "alarms", "order.json");
}

export function boardFile(order: string): string {
  return join(dirname(order), "board.json");
}

export function writeOrder(file: string, order: AlarmOrder): void {
  mkdirSync(dirname(file), { recursive: true });
  const text = JSON.stringify(order);
  if (textIn(file) !== text) writeAtomically(file, text, 0o600);
}

/** Gives the order as it is now. */
export function orderFrom(file: string): () => AlarmOrder {
  return currentOf(file, () => orderIn(file));
}

const REORDERED = "rollout rehearse apply writes it anew.";
const readingSchema = z.looseObject({
  name: z.string(),
  state: z.enum(["OK", "ALARM", "INSUFFICIENT_DATA"]),
  reason: z.string(),
  since: z.number().optional(),
});
const boardSchema = z.object({
  at: z.number(),
  now: z.number(),
  alarms: z.record(z.string(), readingSchema),
});
const orderSchema = z.looseObject({
  socket: z.string(),
  logs: z.string(),
  named: z.looseObject({}),
  alarms: z.array(z.looseObject({})),
  ofTrack: z.record(z.string(), z.string()),
  refused: z.record(z.string(), z.string()),
});

/** @throws {Damaged} */
function orderIn(file: string): AlarmOrder {
  const order = stored(file, orderSchema, REORDERED);
  if (!order) throw new Damaged(`${file} is missing: ${REORDERED}`);
  return order as unknown as AlarmOrder;
}

export function writeBoard(file: string, board: Board): void {
  writeAtomically(file, JSON.stringify(board), 0o600);
}

/**
 * A track's alarm as it stands.
 *
 * @throws {RehearsalError} when nobody looks at the alarms, or the track has none that is played here: that isn't an alarm
 * that is off
 */
export function trackAlarm(
  place: Pick<Place, "folder" | "stack">,
  track: string,
  { now, wall }: Moment,
): AlarmReading {
  const file = orderFile(place);
  const board: Partial<Board> = stored(boardFile(file), boardSchema, "It is written anew every 5 s.") ?? {};
  if (board.at === undefined || Math.abs(wall - board.at) > STALE_MS)
    throw new RehearsalError(
      `nobody looks at the alarms now: rollout rehearse up --stack ${place.stack} starts what does`,
    );
  const alarm = board.alarms?.[track];
  if (alarm) return byClock(alarm, now - wall - ((board.now ?? board.at) - board.at));
  const why = orderIn(file).refused[track];
  throw new RehearsalError(
    `the alarm of ${track} isn't played here: ${why ?? "the stack has no such track"}`,
  );
}

/** Where the machine's clock was set since one of the two processes began, their times differ. */
function byClock(alarm: AlarmReading, aheadMs: number): AlarmReading {
  return alarm.since === undefined ? alarm : { ...alarm, since: alarm.since + aheadMs };
}
