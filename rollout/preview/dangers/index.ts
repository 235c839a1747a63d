import type { Danger } from "../model.ts";
import { alarmsLoosened } from "./alarms.ts";
import { backupsThinner } from "./backups.ts";
import type { DangerCheck, DangerContext } from "./danger.ts";
import { permissionsWidened } from "./iam.ts";
import { weightJump } from "./jump.ts";
import { firewallOpened } from "./network/reach.ts";
import { secretsInClear } from "./secrets.ts";
import { statefulLoss } from "./stateful.ts";
import { carryingTrackGone } from "./tracks.ts";
import { protectionWeakened } from "./weakened.ts";

const CHECKS: DangerCheck[] = [
  statefulLoss,
  carryingTrackGone,
  secretsInClear,
  firewallOpened,
  protectionWeakened,
  backupsThinner,
  permissionsWidened,
  alarmsLoosened,
  weightJump,
];

/** All dangers of a change, the critical ones first, otherwise in the order of the checks. */
export function dangersOf(context: DangerContext): Danger[] {
  const all = CHECKS.flatMap((check) => check(context));
  return [
    ...all.filter(({ severity }) => severity === "critical"),
    ...all.filter(({ severity }) => severity !== "critical"),
  ];
}
