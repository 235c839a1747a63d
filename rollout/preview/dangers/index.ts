import type { Danger } from "../model.ts";
import { alarmsLoosened } from "./alarms.ts";
import { backupsThinner } from "./backups.ts";
import type { DangerCheck, DangerContext } from "./danger.ts";
import { permissionsWidened } from "./iam.ts";
import { weightJump } from "./jump.ts";
import { firewallOpened } from "./network/reach.ts";
import { secretsInClear } from "./secrets.ts";
import { cacheStrained } from "./services/cache.ts";
import { databaseStrained } from "./services/database.ts";
import { nameGone } from "./services/names.ts";
import { networkPulledAway } from "./services/network.ts";
import { passwordsRotated } from "./services/passwords.ts";
import { vaultLocked } from "./services/vault.ts";
import { statefulLoss } from "./stateful.ts";
import { nobodyHears } from "./subscribers.ts";
import { carryingTrackGone } from "./tracks.ts";
import { protectionWeakened } from "./weakened.ts";

const CHECKS: DangerCheck[] = [
  statefulLoss,
  carryingTrackGone,
  nameGone,
  networkPulledAway,
  databaseStrained,
  cacheStrained,
  passwordsRotated,
  secretsInClear,
  firewallOpened,
  protectionWeakened,
  backupsThinner,
  vaultLocked,
  permissionsWidened,
  alarmsLoosened,
  nobodyHears,
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
