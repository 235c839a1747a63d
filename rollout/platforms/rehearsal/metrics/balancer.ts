import { serverOfAnyway, trackOfBackend } from "../balancer/config/config-backend.ts";
import { ask } from "../balancer/socket.ts";
import { parseStats } from "../balancer/stats.ts";

/** What the balancer did since the last look, as an Application Load Balancer counts it. */
export interface BalancerFigures {
  /** 5xx that the balancer answered itself: no server (503), none that could be reached (502), too slow (504). */
  own5xx: number;
  tracks: Record<string, TrackFigures>;
}

export interface TrackFigures {
  /** Requests for which a server was chosen. */
  requests: number;
  /** 5xx that servers answered. */
  target5xx: number;
  /** Connections to servers that failed. */
  connectionErrors: number;
  healthy: number;
  unhealthy: number;
}

interface Totals {
  pid: string;
  values: Map<string, number>;
}

/**
 * Reads HAProxy's counters and tells what was added. What the web firewall answers (maintenance, too many requests) isn't in
 * them: it reaches no track.
 */
export class BalancerFiguresReader {
  readonly #socket: string;
  #before: Totals | undefined;

  constructor(socket: string) {
    this.#socket = socket;
  }

  /** @throws {RehearsalError} when the balancer doesn't answer */
  async take(): Promise<BalancerFigures> {
    const info = await ask(this.#socket, "show info");
    const rows = parseStats(await ask(this.#socket, "show stat -1 6 -1"));
    const after: Totals = { pid: /^Pid: (\d+)$/m.exec(info)?.[1] ?? "", values: new Map() };
    // A reload makes a new process, which counts from zero.
    const before = this.#before?.pid === after.pid ? this.#before.values : new Map<string, number>();
    const isFirst = this.#before === undefined;
    this.#before = after;
    const added = (row: Record<string, string>, field: string) => {
      const key = `${row.pxname}/${row.svname}/${field}`;
      const total = Number(row[field] || 0);
      after.values.set(key, total);
      return isFirst ? 0 : Math.max(0, total - (before.get(key) ?? 0));
    };

    const figures: BalancerFigures = { own5xx: 0, tracks: {} };
    for (const row of rows) {
      const track = trackOfBackend(row.pxname ?? "");
      if (row.svname === "BACKEND") figures.own5xx += added(row, "hrsp_5xx");
      if (track === undefined || row.svname === "BACKEND" || row.svname === "FRONTEND") continue;
      const of = figures.tracks[track] ?? nothing();
      figures.tracks[track] = of;
      const target5xx = added(row, "hrsp_5xx");
      of.requests += added(row, "lbtot");
      of.target5xx += target5xx;
      of.connectionErrors += added(row, "econ");
      // The track's own sum has those of its servers.
      figures.own5xx -= target5xx;
      if (serverOfAnyway(row.svname ?? "") !== undefined) continue;
      of.healthy += /^UP|^no check/.test(row.status ?? "") ? 1 : 0;
      of.unhealthy += /^DOWN/.test(row.status ?? "") ? 1 : 0;
    }
    figures.own5xx = Math.max(0, figures.own5xx);
    return figures;
  }
}

function nothing(): TrackFigures {
  return { requests: 0, target5xx: 0, connectionErrors: 0, healthy: 0, unhealthy: 0 };
}
