import {
  CloudWatchLogsClient,
  type FilteredLogEvent,
  paginateFilterLogEvents,
} from "@aws-sdk/client-cloudwatch-logs";
import { clientSettings } from "../../../infra/aws-client.ts";
import type { Clock } from "../../clock.ts";
import { until } from "../../waiting.ts";
import { APP, isMeant, LONG, type LogKind, type LogQuery, type WrittenLine } from "../visited.ts";

export interface LogPlace {
  region: string;
  clock: Clock;
  /** The stack's log groups (infra/watch/logs.ts). */
  groups: Readonly<Record<LogKind, string>>;
}

/** An event may come so much later than it says that it happened: agents send in batches. */
const LATE_MS = 60_000;
/** FilterLogEvents takes a few requests a second from an account (CloudWatch Logs User Guide, "quotas"). */
const EVERY_MS = 2_000;
const FOREVER_MS = 1e12;

/** Reads a log group of the stack's; each server writes streams of its own, `TRACK/SERVER` or with what writes in the name. */
export async function readLogs(
  { region, clock, groups }: LogPlace,
  query: LogQuery,
  tell: (lines: WrittenLine[]) => void,
): Promise<void> {
  const client = new CloudWatchLogsClient(clientSettings(region));
  /** By id, with its time. */
  const known = new Map<string, number>();
  let from = query.since;
  const look = async () => {
    const asked = {
      logGroupName: groups[query.kind],
      startTime: from,
      // Among millions of answers.
      ...(query.process === LONG && { filterPattern: '{ $.long = "*" }' }),
      ...(query.track && { logStreamNamePrefix: `${query.track}/` }),
    };
    const pages = paginateFilterLogEvents({ client }, asked, { abortSignal: query.signal });
    for await (const { events = [] } of pages) {
      const fresh = events.filter(({ eventId = "" }) => !known.has(eventId));
      for (const { eventId = "", timestamp = 0 } of fresh) known.set(eventId, timestamp);
      const lines = fresh.flatMap((event) => lineOf(event, query) ?? []);
      if (lines.length > 0) tell(lines.toSorted((a, b) => a.at - b.at));
    }
    from = Math.max(from, clock.now() - LATE_MS);
    for (const [id, at] of known) if (at < from) known.delete(id);
  };
  try {
    await look();
    if (!query.follow) return;
    await until({ clock, everyMs: EVERY_MS, withinMs: FOREVER_MS, signal: query.signal }, async () => {
      await look();
      return false;
    });
  } catch (error) {
    if (!query.signal?.aborted) throw error;
  }
}

/** `blue/i-1`, `blue/i-1/error`, `blue/migrate-i-1`, `blue/worker-1/i-1`. */
const STREAM = /^([a-z][a-z0-9]*)\/(?:([\w-]+?)[-/])?(i-[0-9a-f]+)(?:\/([\w-]+))?$/;

function lineOf(event: FilteredLogEvent, { kind, server, process }: LogQuery): WrittenLine | undefined {
  const { logStreamName = "", timestamp = 0, message = "" } = event;
  const [, track = "", before, id = logStreamName, behind] = STREAM.exec(logStreamName) ?? [];
  const name = behind ?? before ?? (kind === "app" ? APP : "access");
  if ((server !== undefined && server !== id) || !isMeant(name, process)) return undefined;
  return { at: timestamp, track, server: id, process: name, text: message.replace(/\n$/, "") };
}
