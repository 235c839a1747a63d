import { afterEach, expect, test, vi } from "vitest";
import { Counters } from "../../app/counters.ts";

afterEach(() => void vi.useRealTimers());

function counting() {
  vi.useFakeTimers({ now: Date.UTC(2026, 10, 21, 12, 0, 0, 300) });
  const lines: string[] = [];
  return { lines, counters: new Counters({ stack: "beta", track: "green" }, (line) => lines.push(line)) };
}

test("a second's counts are one line, in CloudWatch's embedded metric format", () => {
  const { lines, counters } = counting();
  for (let i = 0; i < 3; i++) counters.add("QuotesAsked");
  counters.add("QuotesFailed");
  vi.advanceTimersByTime(699);
  expect(lines).toEqual([]);
  vi.advanceTimersByTime(1);
  expect(lines.map((line) => JSON.parse(line))).toEqual([
    {
      time: "2026-11-21T12:00:00.998Z",
      level: "info",
      message: "counted",
      _aws: {
        Timestamp: Date.UTC(2026, 10, 21, 12, 0, 0, 998),
        CloudWatchMetrics: [
          {
            Namespace: "Rollout/App",
            Dimensions: [["Stack", "Track"]],
            Metrics: [
              { Name: "QuotesAsked", Unit: "Count" },
              { Name: "QuotesFailed", Unit: "Count" },
            ],
          },
        ],
      },
      Stack: "beta",
      Track: "green",
      QuotesAsked: 3,
      QuotesFailed: 1,
    },
  ]);
});

test("where nothing happens nothing is written, and the end of the service loses nothing", () => {
  const { lines, counters } = counting();
  vi.advanceTimersByTime(5000);
  counters.flush();
  expect(lines).toEqual([]);
  counters.add("QuotesAsked");
  counters.flush();
  vi.advanceTimersByTime(5000);
  expect(lines.map((line) => JSON.parse(line).QuotesAsked)).toEqual([1]);
});
