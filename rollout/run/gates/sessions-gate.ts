import { type Begun, logMismatch, partOf } from "../../analysis/sample-ratio.ts";
import type { HeldSplit } from "../../core/state.ts";
import type { History, MetricSecond } from "../../core/verdict.ts";
import type { GateEvidence } from "./indicator.ts";

/** The chance that a rollout is ever paused although its sessions fit its splits: all of them together, however often one looks. */
const FALSE_PAUSE = 0.001;
/** A request counts when its answer is whole: those that were under way when the split changed are to be over. */
const SETTLED_SECONDS = 5;

/** The first visits of one split, and how far the history has been gone through. */
export interface BegunCount {
  split: HeldSplit | undefined;
  begun: Begun;
  next: number;
}

export function newBegunCount(): BegunCount {
  return { split: undefined, begun: { sessions: 0, candidate: 0 }, next: 0 };
}

/**
 * The sample ratio: whether sessions begin on the candidate as often as its weight says. Only first visits are asked, which the
 * weights have sent one by one (infra/sessions/visits.ts). What doesn't fit is no failure of the candidate's, so nothing
 * goes back; but its users aren't those that the split would choose, so nothing passes until a person has looked.
 *
 * @returns undefined where no split has been read back, one track has all, or no session is counted
 */
export function judgeSessions(
  history: History,
  count: BegunCount,
): { evidence: GateEvidence; skewed?: string } | undefined {
  const split = history.splits?.at(-1);
  if (!split || split.share <= 0 || split.share >= 100) return undefined;
  takeIn(history, split, count);
  const { begun } = count;
  if (begun.sessions === 0) return undefined;
  const log = logMismatch(begun, split.share / 100) + Math.log(partOf(history.splits?.length ?? 1));
  const told = figures(begun, split, history.candidate);
  const misfit = log >= -Math.log(FALSE_PAUSE);
  const isOpen = misfit && split.accepted !== true && split.led !== true;
  const why = split.led ? "and cohorts are led" : "and a person accepts it";
  const reason = misfit ? `${told}: they don't fit` : told;
  const evidence: GateEvidence = {
    ...{ name: "first visits", outcome: isOpen ? "wait" : "pass", hold: false },
    reason: `first visits: ${reason}${misfit && !isOpen ? `, ${why}` : ""}`,
    toFail: Math.max(0, Math.min(1, log / -Math.log(FALSE_PAUSE))),
    toPass: isOpen ? 0 : 1,
  };
  return {
    evidence,
    ...(isOpen && {
      skewed: `of the first visits ${told}, which chance doesn't explain (p < 0.001): ${causes(begun, split, history.candidate)}`,
    }),
  };
}

function takeIn({ seconds, candidate, period = 1 }: History, split: HeldSplit, count: BegunCount): void {
  // Of a period that was counted whole, all must have been at this split.
  const from = Math.ceil((split.from / 1000 + SETTLED_SECONDS) / period) * period;
  const until = Math.floor((split.until ?? Number.POSITIVE_INFINITY) / 1000 / period) * period;
  if (count.split?.from !== split.from) {
    count.begun = { sessions: 0, candidate: 0 };
    count.next = seconds.findLastIndex(({ epochSecond }) => epochSecond < from) + 1;
  }
  count.split = split;
  for (const { epochSecond, tracks } of seconds.slice(count.next)) {
    if (epochSecond >= from && epochSecond < until) add(tracks, candidate, count.begun);
  }
  count.next = seconds.length;
}

function add(tracks: MetricSecond["tracks"], candidate: string, begun: Begun): void {
  for (const [track, { sessions }] of Object.entries(tracks)) {
    const first = sessions?.first ?? 0;
    begun.sessions += first;
    if (track === candidate) begun.candidate += first;
  }
}

function figures({ sessions, candidate }: Begun, { share }: HeldSplit, track: string): string {
  const part = Number(((100 * candidate) / sessions).toPrecision(3));
  return `${part} % of ${sessions} came to ${track} (${candidate}), ${share} % were asked for`;
}

function causes({ sessions, candidate }: Begun, { share }: HeldSplit, track: string): string {
  const common =
    "something between the users and the balancer chooses, such as a proxy that sets rollout-session, or clients that share one";
  return candidate / sessions > share / 100
    ? `${common}; or other tracks don't answer or count their part`
    : `${common}; or ${track} doesn't answer or count its part`;
}
