import { nth } from "../../infra/sure.ts";

/** A line of nginx's log of what stays open for long (infra/host/answers/long.ts). Times in milliseconds since the epoch. */
export interface LongEvent {
  at: number;
  is: "opened" | "ended" | "refused";
  kind: string;
  /** The connection. */
  id: string;
  track: string;
  /** Who opened it, as far as a server knows: address, program and what was asked for. */
  client: string;
}

/** The WebSockets and event streams of one step. */
export interface LongStep {
  step: string;
  opened: number;
  /** Those whose client opened another within a minute: it hadn't wanted the end. The others have left. */
  cut: number;
  left: number;
  /** From the cut to the next one, in milliseconds; undefined without any. */
  medianMs: number | undefined;
  longestMs: number | undefined;
  /** Open when the step ended, or now. */
  open: number;
}

/** Who isn't back by then has left. */
const BACK_WITHIN_MS = 60_000;
/** Servers' clocks differ by so much, and the line of the end may be written after the next one is opened. */
const EARLIER_MS = 1_000;

const OPENED = "204";
const STAYED = new Set(["101", "200"]);

/** @returns undefined for another line */
export function longEventIn(text: string): LongEvent | undefined {
  try {
    const { long, at, track, id, address, agent, path, status } = JSON.parse(text) as Record<string, unknown>;
    if (typeof long !== "string" || typeof at !== "number") return undefined;
    const is = status === OPENED ? "opened" : STAYED.has(String(status)) ? "ended" : "refused";
    return {
      at: at * 1000,
      kind: long,
      is,
      id: String(id),
      track: String(track),
      client: [long, address, agent, path].join(" "),
    };
  } catch {
    return undefined;
  }
}

/**
 * Counts them by the step in which they were opened, and in which they ended.
 *
 * @param steps when each began, in order of time; what was before the first is left out
 */
export function longSteps(
  events: readonly LongEvent[],
  steps: readonly { at: number; step: string }[],
): LongStep[] {
  const refused = new Set(events.flatMap(({ is, id }) => (is === "refused" ? [id] : [])));
  const sorted = events.filter(({ id }) => !refused.has(id)).toSorted((a, b) => a.at - b.at);
  const ended = sorted.filter(({ is }) => is === "ended");
  const opened = sorted.filter(({ is }) => is === "opened");
  const back = returnsOf(ended, opened);
  return steps.map(({ at, step }, index) => {
    const until = steps[index + 1]?.at ?? Number.POSITIVE_INFINITY;
    const within = (event: LongEvent) => event.at >= at && event.at < until;
    const gone = ended.filter(within);
    const waits = gone.flatMap(({ id }) => back.get(id) ?? []).sort((a, b) => a - b);
    return {
      step,
      opened: opened.filter(within).length,
      cut: waits.length,
      left: gone.length - waits.length,
      medianMs: waits.length > 0 ? nth(waits, Math.ceil(waits.length / 2) - 1) : undefined,
      longestMs: waits.at(-1),
      open: openAt(until, opened, ended),
    };
  });
}

/** Of those whose beginning was seen. */
function openAt(moment: number, opened: readonly LongEvent[], ended: readonly LongEvent[]): number {
  const over = new Set(ended.flatMap(({ at, id }) => (at < moment ? [id] : [])));
  return opened.filter(({ at, id }) => at < moment && !over.has(id)).length;
}

/** In words for a terminal: a line for each step in which something was open. */
export function longLines(steps: readonly LongStep[]): string[] {
  return steps
    .filter(({ opened, cut, left, open }) => opened + cut + left + open > 0)
    .map(({ step, cut, left, open, ...waits }) => {
      const back =
        cut > 0 ? `, back after ${seconds(waits.medianMs)} (at most ${seconds(waits.longestMs)})` : "";
      return `${step}: ${cut} cut${back}, ${left} left, ${open} open`;
    });
}

export function seconds(milliseconds: number | undefined): string {
  return milliseconds === undefined ? "-" : `${(milliseconds / 1000).toFixed(1)} s`;
}

/** How long each connection's client waited for the next one; each next one is of one client once. */
function returnsOf(ended: readonly LongEvent[], opened: readonly LongEvent[]): Map<string, number> {
  const waiting = Map.groupBy(opened, ({ client }) => client);
  const back = new Map<string, number>();
  for (const end of ended) {
    const next = waiting.get(end.client) ?? [];
    const found = next.findIndex(
      ({ at, id }) => id !== end.id && at >= end.at - EARLIER_MS && at <= end.at + BACK_WITHIN_MS,
    );
    const [one] = found < 0 ? [] : next.splice(found, 1);
    if (one) back.set(end.id, Math.max(0, one.at - end.at));
  }
  return back;
}
