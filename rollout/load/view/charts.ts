import { milliseconds } from "../../../infra/settings/duration.ts";
import type { Chart, Series } from "../../view/charts/chart.ts";
import { responseOf } from "../play.ts";
import type { LoadRun, Second } from "../result.ts";

/** What a chart can show apart. */
const MOST_POINTS = 180;

/** A run's charts, all over the same time. */
export function chartsOf(run: LoadRun): Chart[] {
  const from = Date.parse(run.startedAt);
  const length = Math.max(1, Math.ceil(run.timeline.length / MOST_POINTS));
  const stretches = Array.from({ length: Math.ceil(run.timeline.length / length) }, (_, index) => ({
    at: from + (index + 0.5) * length * 1000,
    seconds: run.timeline.slice(index * length, (index + 1) * length),
  }));
  const line: Line = (name, tone, value) => ({
    name,
    tone,
    values: stretches.map(({ seconds }) => value(seconds) ?? undefined),
  });
  const at = stretches.map((each) => each.at);
  const common = { from, to: from + run.timeline.length * 1000, marks: [], at };
  const { success } = run.profile.thresholds;
  return [
    { ...common, title: "Users", unit: "", series: [line("users at once", "stable", usersOf)] },
    {
      ...common,
      title: "Requests a second",
      unit: "",
      series: [line("due", "stable", dueOf), line("failed", "fail", failedOf)],
    },
    { ...common, ...responseChart(run, line) },
    {
      ...common,
      title: "Failed",
      unit: " %",
      limit: { value: 100 - success.target, text: `target ${100 - success.target} %` },
      series: [
        line("failed", "fail", (seconds) => {
          const due = sum(seconds, (each) => each.due);
          return due > 0 ? (100 * failedCount(seconds)) / due : null;
        }),
      ],
    },
  ];
}

type Line = (name: string, tone: string, value: (seconds: Second[]) => number | null) => Series;

/** On the answers' own scale, with the target where it is in reach: 20 ms under an axis of 5 s would be a flat line. */
function responseChart({ profile, timeline }: LoadRun, line: Line) {
  const { target } = profile.thresholds.response;
  const slowest = Math.max(1, ...timeline.map((second) => responseOf([second]).p95 ?? 0));
  const [unit, inUnit] = slowest < 1000 ? ([" ms", 1] as const) : ([" s", 1000] as const);
  const at = (name: "p50" | "p95", tone: string) =>
    line(name, tone, (seconds) => {
      const value = responseOf(seconds)[name];
      return value === null ? null : value / inUnit;
    });
  return {
    title: "Response time of the right answers",
    unit,
    ...(milliseconds(target) <= slowest && {
      limit: { value: milliseconds(target) / inUnit, text: `target ${target}` },
    }),
    series: [at("p50", "stable"), at("p95", "candidate")],
  };
}

function usersOf(seconds: Second[]): number {
  return sum(seconds, ({ users }) => users) / seconds.length;
}

function dueOf(seconds: Second[]): number {
  return sum(seconds, ({ due }) => due) / seconds.length;
}

function failedOf(seconds: Second[]): number {
  return failedCount(seconds) / seconds.length;
}

function failedCount(seconds: Second[]): number {
  return sum(seconds, ({ due, latencies }) => due - latencies.length);
}

function sum(seconds: Second[], of: (second: Second) => number): number {
  return seconds.reduce((total, each) => total + of(each), 0);
}
