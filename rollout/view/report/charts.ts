import { last, nth } from "../../../infra/sure.ts";
import type { Chart, Series } from "../charts/chart.ts";
import { tonesOf } from "../charts/tones.ts";
import { begunIn } from "../shares.ts";
import type { ReportData, ServedBucket } from "./data.ts";

/** The report's charts, all over the same time. */
export function chartsOf(data: ReportData): Chart[] {
  const { from, to, marks } = data;
  const common = { from, to, marks };
  return [
    splitChart(data),
    ...shareCharts(data, common),
    {
      ...common,
      at: middles(data),
      title: "Requests a second",
      unit: "",
      series: trackSeries(data, ({ requests }, { from, to }) => (requests * 1000) / (to - from)),
    },
    ...qualityCharts(data),
    ...gateCharts(data, common),
  ];
}

export function splitChart(data: ReportData): Chart {
  const { from, to, marks, splits } = data;
  const at = [from, ...splits.map((each) => Math.max(from, each.at)), to];
  return {
    from,
    to,
    marks,
    at,
    title: "Split of the traffic",
    unit: " %",
    most: 100,
    series: splitSeries(data),
  };
}

/** What is drawn of each track's answers over some time. */
type Served = Pick<ReportData, "tracks" | "state" | "from" | "to" | "marks"> & {
  buckets: readonly ServedBucket[];
};

/** Errors and slow answers, with what the objective allows. */
export function qualityCharts(served: Served): Chart[] {
  const { from, to, marks, state } = served;
  const { errorRate, p95Ms } = state.plan.gates;
  const common = { from, to, marks, at: middles(served) };
  return [
    {
      ...common,
      title: "Errors",
      unit: " %",
      limit: { value: errorRate * 100, text: `objective ${errorRate * 100} %` },
      series: trackSeries(served, ({ errors, requests }) => share(errors, requests)),
    },
    {
      ...common,
      title: `Latency: requests over ${p95Ms} ms`,
      unit: " %",
      limit: { value: 5, text: "objective 5 %" },
      series: trackSeries(served, ({ slow, requests }) => share(slow, requests)),
    },
  ];
}

function share(part: number, requests: number): number | undefined {
  return requests > 0 ? (part / requests) * 100 : undefined;
}

/** The times of what was counted over some time. */
function middles({ buckets }: Pick<Served, "buckets">): number[] {
  return buckets.map(({ from, to }) => (from + to) / 2);
}

/** What was set last holds to the end. */
function splitSeries({ tracks, splits }: ReportData): Series[] {
  const tones = tonesOf(tracks);
  return tracks.map((name, index) => ({
    name,
    tone: nth(tones, index),
    stepped: true,
    filled: index === 1,
    values: [
      splits.length > 0 ? undefined : 0,
      ...splits.map(({ weights }) => weights[name] ?? 0),
      splits.length > 0 ? (last(splits).weights[name] ?? 0) : 0,
    ],
  }));
}

function trackSeries(
  { tracks, buckets }: Pick<Served, "tracks" | "buckets">,
  value: (counts: ServedBucket["tracks"][string], bucket: ServedBucket) => number | undefined,
): Series[] {
  const tones = tonesOf(tracks);
  return tracks.map((name, index) => ({
    name,
    tone: nth(tones, index),
    values: buckets.map((bucket) => {
      const counts = bucket.tracks[name];
      return counts && value(counts, bucket);
    }),
  }));
}

/** Where users are beside what is asked; none where no session was counted. */
function shareCharts(data: ReportData, common: Pick<Chart, "from" | "to" | "marks">): Chart[] {
  const { buckets, state, splits } = data;
  const { candidate } = state;
  const at = middles(data);
  const asked: Series = {
    name: "asked",
    tone: "other",
    stepped: true,
    values: at.map((moment) => splits.findLast((each) => each.at <= moment)?.weights[candidate]),
  };
  const part = (
    name: string,
    tone: string,
    of: (counts: ServedBucket["tracks"][string]) => number,
  ): Series => ({
    name,
    tone,
    values: buckets.map(({ tracks: counts }) => {
      const all = Object.values(counts).reduce((sum, each) => sum + of(each), 0);
      const mine = counts[candidate];
      return share(mine ? of(mine) : 0, all);
    }),
  });
  const begun = part("new sessions", "candidate", ({ sessions }) => begunIn(sessions));
  if (begun.values.every((value) => value === undefined)) return [];
  const active = part(
    "what sessions ask for",
    "pass",
    (counts) => begunIn(counts.sessions) + (counts.sessions?.held ?? 0),
  );
  const requests = part("all requests", "stable", (counts) => counts.requests);
  const series = [asked, begun, active, requests];
  return [{ ...common, at, title: `Share of ${candidate}, asked and real`, unit: " %", most: 100, series }];
}

/** For each gate how far its evidence was on the way to fail and to pass. */
function gateCharts({ buckets }: ReportData, common: Pick<Chart, "from" | "to" | "marks">): Chart[] {
  const names = [...new Set(buckets.flatMap(({ gates }) => gates.map(({ name }) => name)))];
  return names.map((name) => {
    const series = (of: "toFail" | "toPass", label: string, tone: string): Series => ({
      name: label,
      tone,
      values: buckets.map(({ gates }) => {
        const gate = gates.find((each) => each.name === name);
        return gate && gate[of] * 100;
      }),
    });
    return {
      ...common,
      at: buckets.map(({ to }) => to),
      title: `Gate: ${name}`,
      unit: " %",
      most: 100,
      series: [series("toFail", "to fail", "fail"), series("toPass", "to pass", "pass")],
    };
  });
}
