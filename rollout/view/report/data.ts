import { last, nth } from "../../../infra/sure.ts";
import type { JournalEntry } from "../../core/journal.ts";
import { replay, step } from "../../core/replay.ts";
import type { RolloutState } from "../../core/state.ts";
import {
  addSessions,
  historyOf,
  type Judge,
  type MetricSecond,
  NO_SESSIONS,
  type SessionCounts,
  type Verdict,
} from "../../core/verdict.ts";
import type { Weights } from "../../core/weights.ts";
import { UserError } from "../../errors.ts";
import type { LongStep } from "../long-connections.ts";
import { type GateBar, gatesIn } from "../model.ts";

/** One stretch of time: what each track served in it. */
export interface ServedBucket {
  /** Milliseconds since the epoch; `to` is not in it. */
  from: number;
  to: number;
  tracks: Record<string, { requests: number; errors: number; slow: number; sessions?: SessionCounts }>;
}

export interface Bucket extends ServedBucket {
  /** How the gates stood at its end; none before the candidate got traffic. */
  gates: GateBar[];
}

/** Something that happened, as a mark over the charts. */
export interface Mark {
  at: number;
  text: string;
  kind: "step" | "good" | "bad" | "note";
}

/** All that the report shows of one rollout. Plain data. */
export interface ReportData {
  stack: string;
  state: RolloutState;
  from: number;
  to: number;
  /** The stable track first, then the candidate. */
  tracks: string[];
  /** From each moment on the split was this. */
  splits: { at: number; weights: Weights }[];
  buckets: Bucket[];
  marks: Mark[];
  entries: JournalEntry[];
  /** WebSockets and event streams, by step; left out where their log can't be read. */
  long?: LongStep[];
}

/** What the charts can show apart. */
const MOST_BUCKETS = 240;

/**
 * @param seconds oldest first, from where the rollout's history begins
 * @param period how long the periods are, in seconds, that they were counted in
 * @throws {UserError} when the journal has no rollout
 */
export function reportData(
  stack: string,
  journal: readonly JournalEntry[],
  seconds: readonly MetricSecond[],
  judge: Judge,
  now: number,
  period = 1,
): ReportData {
  const entries = journal.slice(journal.findLastIndex(({ kind }) => kind === "begin"));
  const state = replay(entries);
  if (!state) throw new UserError(`no rollout of ${stack} has begun: there is nothing to report`);
  const from = state.begunAt;
  const to = Math.max(from + 1000, state.stage.at === "ended" ? last(entries).at : now);
  const own = seconds.filter(
    ({ epochSecond }) => epochSecond * 1000 >= from - 1000 && epochSecond * 1000 < to,
  );
  const others = own.flatMap(({ tracks }) => Object.keys(tracks)).sort();
  return {
    stack,
    state,
    from,
    to,
    tracks: [...new Set([state.stable, state.candidate, ...others])],
    splits: splitsIn(entries),
    buckets: withGates(
      bucketsOf(own, from, to),
      entries,
      watchedUntil(entries, state),
      seconds,
      (state, ...told) => judge(historyOf(state, ...told, { period })),
    ),
    marks: entries.flatMap((entry) => markOf(entry, state)),
    entries,
  };
}

/** The candidate's shares, one after the other, from the rollout's beginning on. */
export function sharesIn(entries: readonly JournalEntry[], { begunAt, candidate }: RolloutState) {
  const shares = [{ at: begunAt, step: `before ${candidate}` }];
  let before = 0;
  for (const { at, weights } of splitsIn(entries)) {
    const share = weights[candidate] ?? 0;
    if (share !== before) shares.push({ at, step: `${candidate} ${share} %` });
    before = share;
  }
  return shares;
}

/** An act that is done has moved the traffic; what is read back confirms it. */
function splitsIn(entries: readonly JournalEntry[]): ReportData["splits"] {
  const meant = new Map<number, Weights>();
  return entries.flatMap((entry) => {
    if (entry.kind === "intent" && (entry.act.do === "weights" || entry.act.do === "weights-now"))
      meant.set(entry.id, entry.act.weights);
    const weights =
      entry.kind === "verified" ? entry.weights : entry.kind === "done" ? meant.get(entry.id) : undefined;
    return weights ? [{ at: entry.at, weights }] : [];
  });
}

/** @param most as many as that; each is of whole seconds */
export function bucketsOf(
  seconds: readonly MetricSecond[],
  from: number,
  to: number,
  most = MOST_BUCKETS,
): ServedBucket[] {
  const width = Math.max(1, Math.ceil((to - from) / 1000 / most)) * 1000;
  const start = Math.floor(from / 1000) * 1000;
  const buckets: ServedBucket[] = Array.from({ length: Math.ceil((to - start) / width) }, (_, i) => ({
    from: start + i * width,
    to: start + (i + 1) * width,
    tracks: {},
  }));
  for (const { epochSecond, tracks } of seconds) {
    const bucket = buckets[Math.floor((epochSecond * 1000 - start) / width)];
    if (!bucket) continue;
    for (const [track, { requests, errors, slow, sessions }] of Object.entries(tracks)) {
      const before = bucket.tracks[track] ?? { requests: 0, errors: 0, slow: 0 };
      bucket.tracks[track] = {
        requests: before.requests + requests,
        errors: before.errors + errors,
        slow: before.slow + slow,
        ...(sessions && { sessions: addSessions(before.sessions ?? NO_SESSIONS, sessions) }),
      };
    }
  }
  return buckets;
}

/** The gates are asked until the rollback, or the last step's end. */
function watchedUntil(entries: readonly JournalEntry[], { plan }: RolloutState): number {
  const last = plan.steps.length - 1;
  const end = entries.findLast(
    (entry) => entry.kind === "rollback" || (entry.kind === "passed" && entry.step === last),
  );
  return end?.at ?? Number.POSITIVE_INFINITY;
}

/** Asks the gates again what they said then: they are a function of the journal and the counts. */
function withGates(
  buckets: ServedBucket[],
  entries: readonly JournalEntry[],
  end: number,
  seconds: readonly MetricSecond[],
  judged: (state: RolloutState, seconds: readonly MetricSecond[], through: number) => Verdict,
): Bucket[] {
  const said: JournalEntry[] = [...entries].reverse();
  const known: MetricSecond[] = [];
  let state: RolloutState | undefined;
  return buckets.map((bucket) => {
    if (bucket.from > end) return { ...bucket, gates: [] };
    const until = Math.min(bucket.to, end);
    for (let next = said.at(-1); next && next.at < until; next = said.at(-1)) {
      state = step(state, next);
      said.pop();
    }
    while ((seconds[known.length]?.epochSecond ?? Number.POSITIVE_INFINITY) * 1000 < bucket.to)
      known.push(nth(seconds, known.length));
    if (!state || state.steps.length === 0) return { ...bucket, gates: [] };
    const { evidence } = judged(state, known, bucket.to);
    return { ...bucket, gates: gatesIn(evidence) };
  });
}

function drainText(draining: string | undefined): string {
  return draining === undefined ? "" : `, ${draining} drains`;
}

function markOf(entry: JournalEntry, { candidate }: RolloutState): Mark[] {
  const { at } = entry;
  switch (entry.kind) {
    case "verified":
      return [{ at, text: `${entry.weights[candidate] ?? 0} %${drainText(entry.draining)}`, kind: "step" }];
    case "rollback":
    case "stopped":
    case "hold":
    case "failed":
    case "unwritten":
      return [{ at, text: entry.kind, kind: "bad" }];
    case "ended":
      return [{ at, text: entry.outcome, kind: entry.outcome === "promoted" ? "good" : "bad" }];
    case "paused":
    case "frozen":
    case "lost":
      return [{ at, text: entry.kind === "lost" ? "interrupted" : entry.kind, kind: "note" }];
    case "command":
      return [{ at, text: entry.command, kind: "note" }];
    default:
      return [];
  }
}
