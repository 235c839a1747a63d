import { first } from "../../../infra/sure.ts";
import type { Danger } from "../model.ts";
import { alarmsLoosened } from "./alarms.ts";
import { backupsThinner } from "./backups.ts";
import type { DangerCheck, DangerContext } from "./danger.ts";
import { flagForEverybody } from "./flags.ts";
import { permissionsWidened } from "./iam.ts";
import { firewallOpened } from "./network/reach.ts";
import { secretsInClear } from "./secrets.ts";
import { cacheStrained } from "./services/cache.ts";
import { databaseStrained } from "./services/database.ts";
import { nameGone } from "./services/names.ts";
import { networkPulledAway } from "./services/network.ts";
import { passwordsRotated } from "./services/passwords.ts";
import { processesChanged } from "./services/processes.ts";
import { vaultLocked } from "./services/vault.ts";
import { statefulLoss } from "./stateful.ts";
import { nobodyHears } from "./subscribers.ts";
import { carryingTrackGone } from "./tracks.ts";
import { ledJump, ledToUntried } from "./traffic/cohorts.ts";
import { weightJump } from "./traffic/jump.ts";
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
  ledToUntried,
  ledJump,
  flagForEverybody,
  processesChanged,
];

/** What they find is more than before; of a new stack all is, and the rules of infra/policy/ say what is too much. */
const COMPARING: readonly DangerCheck[] = [firewallOpened, weightJump, ledToUntried];

/** All dangers of a change, the critical ones first, otherwise in the order of the checks. */
export function dangersOf(context: DangerContext): Danger[] {
  const all = toldOnce(
    CHECKS.filter((check) => context.before.resources.length > 0 || !COMPARING.includes(check)).flatMap(
      (check) => check(context),
    ),
  );
  return [
    ...all.filter(({ severity }) => severity === "critical"),
    ...all.filter(({ severity }) => severity !== "critical"),
  ];
}

/** The same sentence of two properties, such as a plan's retention and its vault's, is one danger. */
function toldOnce(all: Danger[]): Danger[] {
  return [...Map.groupBy(all, ({ severity, kind, title }) => `${severity} ${kind} ${title}`).values()].map(
    (same) => ({
      ...first(same),
      property: [...new Set(same.map(({ property }) => property))].filter(Boolean).join(", "),
    }),
  );
}
