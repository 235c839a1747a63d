import type { Case } from "./case.ts";

const worker = { command: ["celery", "-A", "shop", "worker"] };
const nightly = { command: ["clean"], schedule: "cron(0 3 * * ? *)" };
/** As a job it has others; that its alarms as a worker go is told. */
const UNWATCHED = ["blue", "green"].flatMap((track) =>
  ["crashing", "restarts"].map((each) => `alarm-loosened: beta-${track}-process-worker-${each}`),
);
const with_ = (processes: Record<string, unknown>) => ({ "app.processes": processes });

/** Workers and jobs. */
export const processes: Case[] = [
  {
    name: "a worker is taken out",
    stack: "beta",
    before: with_({ worker, nightly }),
    config: with_({ nightly }),
    dangers: ["process-gone: worker"],
  },
  {
    name: "a job is taken out",
    stack: "beta",
    before: with_({ worker, nightly }),
    config: with_({ worker }),
    dangers: ["process-gone: nightly"],
  },
  {
    name: "a job gets other times",
    stack: "beta",
    before: with_({ worker, nightly }),
    config: with_({ worker, nightly: { ...nightly, schedule: "rate(1 hour)" } }),
    dangers: ["job-rescheduled: nightly"],
  },
  {
    name: "a worker becomes a job",
    stack: "beta",
    before: with_({ worker }),
    config: with_({ worker: { ...worker, schedule: "rate(1 hour)" } }),
    dangers: [...UNWATCHED, "iam-widened: beta-server", "process-gone: worker"],
  },
  {
    name: "another version's workers run",
    stack: "beta",
    before: with_({ worker, nightly }),
    config: { ...with_({ worker, nightly }), stable: "green" },
    dangers: [],
  },
  {
    name: "more workers, with other words",
    stack: "beta",
    before: with_({ worker }),
    config: with_({ worker: { command: ["celery", "-A", "shop", "worker", "-c", "4"], count: 3 } }),
    dangers: [],
  },
];
