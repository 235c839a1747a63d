import type { Fault, FaultGroup } from "./fault.ts";
import { certificateEnds } from "./faults/certificate.ts";
import { dependencyDown } from "./faults/dependency.ts";
import { backupFails, serversKilled, storesKilled } from "./faults/killed.ts";
import { errors, latency } from "./faults/requests.ts";
import { diskFull, memoryFull, serversBusy } from "./faults/servers-full.ts";
import { cacheFull, connectionsFull, databaseMemoryFull } from "./faults/stores-full.ts";

/** What a person forgets, or a plan that no longer names the database. */
const noBackup: Fault = {
  name: "no backup is taken",
  moves: ["AWS/Backup NumberOfBackupJobsCompleted"],
  since: ({ backedUpAt }) => backedUpAt,
  inject: async () => {},
  mend: async (stage) => {
    if (!(await stage.backUp())) throw new Error("the backup that should end the alarm failed");
  },
};

/** A second here is a minute of the alarms' clock, unless what is looked for takes hours. */
const USUAL = { everyMs: 1_000, minutes: 1 };
const BRISK = { everyMs: 500, minutes: 1 };

/** One after the other: in each the faults that don't hide each other. Injected in order, healed in the opposite one. */
export const ACTS: FaultGroup[] = [
  { faults: [errors], pace: USUAL, recovery: BRISK },
  { faults: [latency], pace: USUAL, recovery: BRISK },
  { faults: [dependencyDown], pace: USUAL, recovery: BRISK },
  // Brisk: `balancer-unanswered` needs 5 min of the alarms' clock before two failed checks, 5 s apart, take the
  // servers out.
  { faults: [serversKilled], pace: BRISK, recovery: BRISK },
  { faults: [storesKilled, backupFails], pace: USUAL, recovery: { everyMs: 1_000, minutes: 5 } },
  {
    faults: [connectionsFull, databaseMemoryFull, cacheFull, diskFull, memoryFull, serversBusy],
    pace: USUAL,
    recovery: BRISK,
  },
  {
    faults: [certificateEnds],
    pace: { everyMs: 500, minutes: 60 },
    recovery: { everyMs: 500, minutes: 240 },
  },
  { faults: [noBackup], pace: { everyMs: 300, minutes: 60 }, recovery: BRISK },
];

/** For figures that are fed: nothing here has to happen first. */
export const FED_PACE = { everyMs: 200, minutes: 5 };

/** For alarms that look back over hours or a week: while what raises them lasts, and until it is so long ago. */
export const HOUR_PACE = { everyMs: 500, minutes: 60 };
export const WEEK_PACE = { everyMs: 200, minutes: 240, evaluatedEvery: 3600 };
