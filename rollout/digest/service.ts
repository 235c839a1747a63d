import { given } from "../../infra/sure.ts";
import type { Fact } from "./fact.ts";
import type { Digest, ErrorBudget, RateChange, Served, TrackServed } from "./model.ts";
import { compare } from "./proportion.ts";
import type { TrafficFacts } from "./sources.ts";

type Sum = { requests: number; errors: number; slow: number };

/** Availability is good answers of all answers: neither a mean of shares nor of tracks. */
export function served({ tracks, since }: TrafficFacts): Exclude<Digest["service"], { unknown: string }> {
  const rows: TrackServed[] = Object.entries(tracks)
    .toSorted(([a], [b]) => (a < b ? -1 : 1))
    .map(([name, track]) => ({ name, ...servedOf(track), latency: track.latency }));
  return { all: servedOf(total(rows)), tracks: rows, ...(since !== undefined && { since }) };
}

function servedOf({ requests, errors, slow }: Sum): Served {
  const availability: Fact<number> =
    requests > 0 ? (requests - errors) / requests : { unknown: "no requests" };
  return { requests, errors, slow, availability };
}

export function total(parts: readonly Sum[]): Sum {
  const sum = (of: keyof Sum) => parts.reduce((all, part) => all + part[of], 0);
  return { requests: sum("requests"), errors: sum("errors"), slow: sum("slow") };
}

/** @param objective the share that must be good, such as 0.999 */
export function budgetOf(
  { tracks, since }: TrafficFacts,
  days: number,
  objective: number,
): Fact<ErrorBudget> {
  const { requests, errors } = total(Object.values(tracks));
  if (requests === 0) return { unknown: "no requests" };
  const allowed = requests * (1 - objective);
  const left = 1 - errors / allowed;
  return { days, requests, allowed, spent: errors, left, ...(since !== undefined && { since }) };
}

/** @param to where the period before ends, in milliseconds */
export function changesBetween(before: TrafficFacts, now: TrafficFacts, to: number): Fact<RateChange[]> {
  const old = total(Object.values(before.tracks));
  const young = total(Object.values(now.tracks));
  if (young.requests === 0) return { unknown: "no requests" };
  if (old.requests === 0) return { unknown: "no requests in the period before" };
  if (before.since !== undefined && before.since >= to)
    return { unknown: "there are no figures of the period before" };
  const change = (what: RateChange["what"], of: "errors" | "slow"): RateChange => ({
    what,
    before: old[of] / old.requests,
    now: young[of] / young.requests,
    comparison: given(
      compare(
        { bad: old[of], total: old.requests },
        { bad: young[of], total: young.requests },
        [before, now].map(({ hours }) => hours.map((hour) => ({ bad: hour[of], total: hour.requests }))),
      ),
      "comparison of two periods with requests",
    ),
  });
  return [change("errors", "errors"), change("slow answers", "slow")];
}
