import { RehearsalError } from "../machine/errors.ts";
import { anywayOf, serverOfAnyway, trackOfBackend } from "./config/config-backend.ts";
import { ask } from "./socket.ts";

/** What each track has served since the balancer's process started. */
export interface Counters {
  /** A reload makes a new process, which counts from zero. */
  pid: number;
  tracks: Record<string, TrackCounters>;
}

export interface TrackCounters {
  requests: number;
  http2xx: number;
  http3xx: number;
  http4xx: number;
  http5xx: number;
  /** Answers that a server broke off. */
  cut: number;
  /** Requests at this moment. */
  sessions: number;
  servers: ServerStats[];
}

export interface ServerStats {
  name: string;
  /** As HAProxy says it: `UP`, `DOWN`, `DRAIN`, `MAINT`, or `UP 1/2` while health checks disagree. */
  status: string;
  /** Share of the track's requests, relative to its other servers; less than full during a slow start. */
  weight: number;
  requests: number;
  sessions: number;
  /** The last health check: `L7OK`, `L4CON`, `L7STS`, `INI` before the first. */
  check: string;
}

/** Reads HAProxy's statistics. @throws {RehearsalError} when it doesn't answer */
export async function counters(socket: string): Promise<Counters> {
  const [pid, rows] = [await workerPid(socket), parseStats(await ask(socket, "show stat -1 6 -1"))];
  return { pid, tracks: tracksFrom(rows) };
}

/** The process that serves now; a reload replaces it. */
export async function workerPid(socket: string): Promise<number> {
  const pid = /^Pid: (\d+)$/m.exec(await ask(socket, "show info"))?.[1];
  if (!pid) throw new RehearsalError(`the balancer doesn't say its process id on ${socket}`);
  return Number(pid);
}

type Row = Record<string, string>;

function tracksFrom(rows: Row[]): Record<string, TrackCounters> {
  const tracks: Record<string, TrackCounters> = {};
  for (const row of rows) {
    const track = trackOfBackend(row.pxname ?? "");
    if (track === undefined || row.svname !== "BACKEND") continue;
    tracks[track] = {
      requests: numberIn(row, "req_tot"),
      http2xx: numberIn(row, "hrsp_2xx"),
      http3xx: numberIn(row, "hrsp_3xx"),
      http4xx: numberIn(row, "hrsp_4xx"),
      http5xx: numberIn(row, "hrsp_5xx"),
      cut: numberIn(row, "srv_abrt"),
      sessions: numberIn(row, "scur"),
      servers: serversFrom(
        rows.filter(({ pxname, svname }) => pxname === row.pxname && svname !== "BACKEND"),
      ),
    };
  }
  return tracks;
}

function serversFrom(rows: Row[]): ServerStats[] {
  const first = rows.filter(({ svname = "" }) => serverOfAnyway(svname) === undefined);
  return first.map((row) => {
    const name = row.svname ?? "";
    const entries = [row, ...rows.filter(({ svname }) => svname === anywayOf(name))];
    const sum = (field: string) => entries.reduce((total, entry) => total + numberIn(entry, field), 0);
    return {
      name,
      status: row.status ?? "",
      weight: numberIn(row, "weight"),
      requests: sum("stot"),
      sessions: sum("scur"),
      check: (row.check_status ?? "").replace(/^\* /, ""),
    };
  });
}

function numberIn(row: Row, field: string): number {
  return Number(row[field] || 0);
}

/** `show stat` is CSV, its header after a `# ` (HAProxy management guide, "Statistics and monitoring"). */
export function parseStats(text: string): Row[] {
  const [header = "", ...lines] = text.replace(/^# /, "").split("\n");
  const names = cellsOf(header);
  return lines
    .filter(Boolean)
    .map((line) => Object.fromEntries(cellsOf(line).map((cell, index) => [names[index] ?? "", cell])));
}

function cellsOf(line: string): string[] {
  return [...line.matchAll(/(?:"((?:[^"]|"")*)"|([^,]*))(?:,|$)/g)].map(
    ([, inQuotes, plain]) => inQuotes?.replaceAll('""', '"') ?? plain ?? "",
  );
}
