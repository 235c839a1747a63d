import { CloudWatchLogsClient, FilterLogEventsCommand } from "@aws-sdk/client-cloudwatch-logs";
import { mockClient } from "aws-sdk-client-mock";
import type { ServerLine, ServerSecond } from "../../infra/host/answers/metrics.ts";
import { FLUSH_SECONDS } from "../../infra/host/logs-agent.ts";
import type { TrackCounts } from "../../rollout/platforms/platform.ts";
import type { World } from "./simulated-world.ts";

/** How often a server's program tells (infra/host/answers/agent.ts). */
const TOLD_SECONDS = 2;
/**
 * From PutLogEvents until FilterLogEvents has it. AWS's documents promise no figure ("near real time" of its Live Tail, CloudWatch Logs User
 * Guide, "View log data in near real time with Live Tail"): five seconds are assumed, and more in the tests of the edges.
 */
export const INGESTED_SECONDS = 5;
/** FilterLogEvents, "limit": as many in one answer. */
const MOST_EVENTS = 10_000;

export interface SimulatedServer {
  track: string;
  id: string;
  /** Whether it tells at a moment, in seconds since the epoch. */
  tells?: (at: number) => boolean;
  /** What fails never reaches it: only the balancer knows. */
  unreached?: boolean;
}

interface Event {
  eventId: string;
  timestamp: number;
  logStreamName: string;
  message: string;
  readableAt: number;
}

/** CloudWatch Logs with what the servers of a {@link World} tell of each second, as late as AWS has it. */
export function simulatedServerLogs(
  world: World,
  servers: readonly SimulatedServer[],
  ingestedSeconds = INGESTED_SECONDS,
) {
  const mock = mockClient(CloudWatchLogsClient);
  const events: Event[] = [];
  const toldTo = new Map<string, number>();
  let until = 0;
  let calls = 0;

  function tell(): void {
    const { seconds } = world;
    const first = seconds[0]?.epochSecond;
    if (first === undefined) return;
    const now = Math.floor(world.now / 1000);
    until = Math.max(until, first + TOLD_SECONDS);
    for (; until <= now; until += TOLD_SECONDS)
      for (const server of servers) {
        if (server.tells && !server.tells(until)) continue;
        const own = servers.filter(({ track }) => track === server.track);
        const index = own.indexOf(server);
        const from = toldTo.get(server.id) ?? first;
        const line: ServerLine = { from, through: until - 1, began: first, seconds: {} };
        const told: Record<string, ServerSecond> = {};
        for (let at = from; at < until - 1; at += 1) {
          const counts = seconds[at - first]?.tracks[server.track];
          if (!counts) continue;
          const { requests, errors } = counts;
          const reached = server.unreached ? { ...counts, requests: requests - errors, errors: 0 } : counts;
          told[at] = secondOf(reached, index, own.length);
        }
        toldTo.set(server.id, until - 1);
        events.push({
          eventId: `${server.id} ${until}`,
          timestamp: until * 1000,
          logStreamName: `${server.track}/${server.id}`,
          message: JSON.stringify({ ...line, seconds: told }),
          readableAt: (until + FLUSH_SECONDS + ingestedSeconds) * 1000,
        });
      }
  }

  mock.on(FilterLogEventsCommand).callsFake(({ startTime, nextToken }) => {
    calls += 1;
    tell();
    const found = events.filter(
      ({ timestamp, readableAt }) => timestamp >= startTime && readableAt <= world.now,
    );
    const begin = Number(nextToken ?? 0);
    const page = found.slice(begin, begin + MOST_EVENTS);
    return {
      events: page.map(({ readableAt: _, ...event }) => event),
      ...(begin + MOST_EVENTS < found.length && { nextToken: String(begin + MOST_EVENTS) }),
    };
  });
  return { restore: () => mock.restore(), calls: () => calls, mock };
}

/** A part of what the track had: each request, good or bad, is one server's. */
function secondOf({ requests, errors, slow }: TrackCounts, index: number, of: number): ServerSecond {
  const part = (count: number) => Math.floor((count + index) / of);
  const all = part(requests);
  const late = Math.min(all, part(slow));
  return {
    all,
    bad: Math.min(all, part(errors)),
    times: { ...(all > late && { 40: all - late }), ...(late > 0 && { 900: late }) },
    clients: [Math.min(all, part(errors)), all],
    who: [],
    "3xx": [0, 0],
    "4xx": [0, 0],
    late: 0,
    cut: 0,
    repeated: [0, 0],
    visits: {},
  };
}
