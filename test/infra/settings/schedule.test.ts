import fc from "fast-check";
import { expect, it } from "vitest";
import { everyHoursCron, MONTHLY_CRON } from "../../../infra/data/backup-schedule.ts";
import { nextTime, scheduleMistake } from "../../../infra/settings/schema/processes/schedule.ts";

const at = (text: string) => Date.parse(`${text}Z`);
const next = (schedule: string, after: string, since = "1970-01-01") =>
  new Date(nextTime(schedule, at(after), at(since))).toISOString().slice(0, 16);

it.each([
  [everyHoursCron(6), "2026-11-21T09:04", "2026-11-21T12:00"],
  [everyHoursCron(6), "2026-11-21T12:00", "2026-11-21T18:00"],
  [everyHoursCron(24), "2026-12-31T00:00", "2027-01-01T00:00"],
  [MONTHLY_CRON, "2026-11-21T09:04", "2026-12-01T03:00"],
  ["cron(30 2 ? * MON-FRI *)", "2026-11-21T09:04", "2026-11-23T02:30"],
  ["cron(0 0 29 FEB ? *)", "2026-11-21T09:04", "2028-02-29T00:00"],
  ["cron(0 0 29 2 ? *)", "2096-03-01T00:00", "2104-02-29T00:00"],
  ["cron(5,35 1 1 1/6 ? *)", "2026-07-01T01:05", "2026-07-01T01:35"],
  // EventBridge User Guide, "Cron expressions": the last day, the weekday nearest to the third, the second Tuesday.
  ["cron(0 0 L * ? *)", "2028-02-01T00:00", "2028-02-29T00:00"],
  ["cron(0 0 3W * ? *)", "2026-10-01T00:00", "2026-10-02T00:00"],
  ["cron(0 0 1W * ? *)", "2026-08-01T00:00", "2026-08-03T00:00"],
  ["cron(0 0 31W * ? *)", "2026-05-01T00:00", "2026-05-29T00:00"],
  ["cron(0 0 15W * ? *)", "2026-11-01T00:00", "2026-11-16T00:00"],
  ["cron(0 0 ? * 3#2 *)", "2026-11-01T00:00", "2026-11-10T00:00"],
  ["cron(0 0 ? * FRIL *)", "2026-11-01T00:00", "2026-11-27T00:00"],
])("%s after %s fires at %s", (schedule, after, expected) => {
  expect(next(schedule, after)).toBe(expected);
});

it("a rate counts from when it was made", () => {
  expect(next("rate(15 minutes)", "2026-11-21T09:04", "2026-11-21T09:03")).toBe("2026-11-21T09:18");
  expect(next("rate(15 minutes)", "2026-11-21T09:18", "2026-11-21T09:03")).toBe("2026-11-21T09:33");
  expect(next("rate(1 day)", "2026-11-21T09:04", "2026-11-21T09:04")).toBe("2026-11-22T09:04");
});

it("fires later than asked, on its minute, and not between", () => {
  const property = fc.property(
    fc.constantFrom(1, 2, 3, 4, 6, 8, 12, 24),
    fc.integer({ min: 0, max: 4e12 }),
    (hours, after) => {
      const time = nextTime(everyHoursCron(hours), after);
      expect(time).toBeGreaterThan(after);
      expect(time - after).toBeLessThanOrEqual(hours * 3600_000);
      expect(time % (hours * 3600_000)).toBe(0);
    },
  );
  fc.assert(property, { seed: 6, numRuns: 300 });
});

it.each([
  ["0 3 * * *", "is neither cron(...) nor rate(...)"],
  ["cron(0 0 * * ?)", "has 5 fields and not six: minutes, hours, day of month, month, day of week, year"],
  ["cron(0 25 * * ? *)", 'has no hours "25"'],
  ["cron(0 9-8 * * ? *)", 'has no hours "9-8"'],
  ["cron(0/0 0 * * ? *)", 'has no minutes "0/0"'],
  ["cron(0 0 32W * ? *)", 'has no day of month "32"'],
  ["cron(0 0 ? * MON#6 *)", 'has no day of week "MON#6"'],
  ["cron(0 0 * * * *)", "needs a ? for the day of month or for the day of week, and not for both"],
  ["cron(0 0 ? * ? *)", "needs a ? for the day of month or for the day of week, and not for both"],
  ["cron(0 0 30 2 ? *)", "never fires"],
  ["cron(0 0 1 1 ? 2020)", "never fires"],
  ["rate(0 days)", "is no rate: a whole number and minutes, hours or days, as in rate(15 minutes)"],
  ["rate(1 week)", "is no rate: a whole number and minutes, hours or days, as in rate(15 minutes)"],
])("%s %s", (schedule, mistake) => {
  expect(scheduleMistake(schedule)).toBe(mistake);
});
