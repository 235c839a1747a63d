import fc from "fast-check";
import { expect, it } from "vitest";
import { everyHoursCron, MONTHLY_CRON } from "../../../../infra/data/backup-schedule.ts";
import { nextTime } from "../../../../rollout/platforms/rehearsal/backups/cron.ts";

const at = (text: string) => Date.parse(`${text}Z`);
const next = (schedule: string, after: string) =>
  new Date(nextTime(schedule, at(after))).toISOString().slice(0, 16);

it.each([
  [everyHoursCron(6), "2026-11-21T09:04", "2026-11-21T12:00"],
  [everyHoursCron(6), "2026-11-21T12:00", "2026-11-21T18:00"],
  [everyHoursCron(24), "2026-12-31T00:00", "2027-01-01T00:00"],
  [MONTHLY_CRON, "2026-11-21T09:04", "2026-12-01T03:00"],
  ["cron(30 2 ? * MON-FRI *)", "2026-11-21T09:04", "2026-11-23T02:30"],
  ["cron(0 0 29 FEB ? *)", "2026-11-21T09:04", "2028-02-29T00:00"],
  ["cron(5,35 1 1 1/6 ? *)", "2026-07-01T01:05", "2026-07-01T01:35"],
])("%s after %s fires at %s", (schedule, after, expected) => {
  expect(next(schedule, after)).toBe(expected);
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

it.each(["rate(1 day)", "cron(0 0 * * ?)", "cron(0 25 * * ? *)", "cron(0 0 L * ? *)", "cron(0 0 30 2 ? *)"])(
  "%s is refused",
  (schedule) => {
    expect(() => nextTime(schedule, 0)).toThrow(schedule);
  },
);
