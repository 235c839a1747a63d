import type { Chart } from "../view/charts/chart.ts";
import type { DrillRecord, ToldLine, UsersSecond } from "./record.ts";

/** What users got over time, with what was broken and found; none where nobody played users. */
export function drillCharts({ users = [], told = [], startedAt, endedAt }: DrillRecord): Chart[] {
  if (users.length === 0) return [];
  const common = {
    at: users.map(({ at }) => at + 500),
    from: startedAt,
    to: Math.max(endedAt, startedAt + 1000),
    marks: told.flatMap(markOf),
  };
  const line = (name: string, tone: string, value: (second: UsersSecond) => number) => ({
    name,
    tone,
    values: users.map(value),
  });
  return [
    {
      ...common,
      title: "Users' requests a second",
      unit: "",
      series: [
        line("answered", "good", ({ requests, lost }) => requests - lost),
        line("lost", "bad", ({ lost }) => lost),
      ],
    },
    {
      ...common,
      title: "The slowest answer of each second",
      unit: " ms",
      series: [line("slowest", "stable", ({ slowestMs }) => slowestMs)],
    },
  ];
}

/** What was broken, and each finding (findings.ts). */
function markOf({ at, text }: ToldLine): Chart["marks"] {
  if (/^(broken|not mended): /.test(text)) return [{ at, text: text.split(":")[0] ?? "", kind: "bad" }];
  const [, name, verdict] = /^([\w ]+): (pass|fail|unknown), /.exec(text) ?? [];
  if (name === undefined) return [];
  return [{ at, text: name, kind: verdict === "pass" ? "good" : verdict === "fail" ? "bad" : "note" }];
}
