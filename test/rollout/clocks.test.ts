import { readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { importsIn } from "../support/imports.ts";
import { ROOT } from "./docs-pages.ts";

// A duration is the difference of two times of a clock that nobody sets: `systemClock` or `performance`. What the machine takes for the
// time is for what others have to do with.

/** By file, what the machine's time is for. */
const BY_THE_WALL: Record<string, string> = {
  "app/counters.ts": "a metric's time, as CloudWatch takes it",
  "app/dependency-counts.ts": "a metric's time, as CloudWatch takes it",
  "app/dependency.ts": "an HTTP date in Retry-After",
  "app/sessions.ts": "a session's end, which another process judges",
  "rollout/cli/check.ts": "ages of backups and ends of certificates",
  "rollout/cli/digest/digest.ts": "which day is told of",
  "rollout/cli/digest/incident.ts": "when people are to hear",
  "rollout/cli/drill/restore.ts": "a moment that a person names",
  "rollout/cli/phases/phase-sources.ts": "a metric's time, as CloudWatch takes it",
  "rollout/cli/plan/traffic.ts": "a metric's time, as CloudWatch takes it",
  "rollout/cli/rehearse/rehearse-text.ts": "since when, for people",
  "rollout/cli/rollout/drive.ts": "when a notice was written",
  "rollout/cli/rollout/report.ts": "until when a report tells",
  "rollout/cli/visit/logs.ts": "a moment that a person names",
  "rollout/cli/visit/ps.ts": "since when, for people",
  "rollout/clock.ts": "the clock's beginning",
  "rollout/digest/sources/alarm-history.ts": "ages, as AWS counts them",
  "rollout/drill/alarms/faults/certificate.ts": "a certificate's end",
  "rollout/drill/alarms/stage.ts": "minutes as the alarms have them",
  "rollout/drill/migrate/walk.ts": "names of runs, by time",
  "rollout/load/k6/script.ts": "names of runs, by time",
  "rollout/load/writes/numbers.ts": "names of runs, by time",
  "rollout/platforms/aws/journal/objects.ts": "where S3 tells no time of its own",
  "rollout/platforms/rehearsal/alarms/ensure.ts": "the age of a file that another process writes",
  "rollout/platforms/rehearsal/alarms/main.ts": "the age of a file that another process reads",
  "rollout/platforms/rehearsal/backups/archive.ts": "a moment to restore to, as PostgreSQL counts",
  "rollout/platforms/rehearsal/backups/scheduler.ts": "a schedule of hours and days",
  "rollout/platforms/rehearsal/jobs/player.ts": "a schedule of hours and days",
  "rollout/platforms/rehearsal/journal/lease.ts": "since when, for people",
  "rollout/platforms/rehearsal/machine/authority.ts": "a certificate's end",
  "rollout/platforms/rehearsal/metrics/certificate.ts": "a certificate's end",
  "rollout/platforms/rehearsal/rollout/event-streams.ts": "the age of what other processes log",
  "rollout/platforms/rehearsal/rollout/metrics.ts": "the default of a test's clock",
  "rollout/platforms/rehearsal/rollout/platform.ts": "the age of a file that another process writes",
  "rollout/platforms/rehearsal/servers/assets.ts": "the age of a file that another process writes",
  "rollout/platforms/rehearsal/servers/counted.ts": "a metric's time, as CloudWatch takes it",
  "rollout/platforms/rehearsal/verbs/prepare.ts": "names of folders, by time",
  "rollout/platforms/rehearsal/verbs/status-processes.ts": "a schedule of hours and days",
  "rollout/visit/rehearsal/logs.ts": "a log's time",
};

test("nothing measures a duration by a clock that somebody may set", () => {
  const files = [...importsIn(ROOT, ["app", "components", "rollout", "infra"]).keys()];
  const uses = files.filter((file) => /\bDate\.now\b/.test(readFileSync(join(ROOT, file), "utf8")));
  expect(uses.toSorted()).toEqual(Object.keys(BY_THE_WALL));
});
