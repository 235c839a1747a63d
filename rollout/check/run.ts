import { setTimeout as sleep } from "node:timers/promises";
import type { Drilled } from "../core/action.ts";
import { sentenceOf } from "../failures.ts";
import type { CheckContext } from "./about.ts";
import { judgeAlarms } from "./checks/alarms.ts";
import { judgeBackups } from "./checks/backups.ts";
import { judgeCapacity } from "./checks/capacity.ts";
import { judgeDisk } from "./checks/disk.ts";
import { judgeDrill } from "./checks/drill.ts";
import { judgeCertificate } from "./checks/entrance/certificate.ts";
import { judgeDns } from "./checks/entrance/dns.ts";
import { judgePorts } from "./checks/entrance/ports.ts";
import { judgeTls } from "./checks/entrance/tls.ts";
import { judgeFlags } from "./checks/flags.ts";
import { judgeDatabase, judgeHealth } from "./checks/health.ts";
import { judgeMigrations } from "./checks/migrations.ts";
import { judgeQuotas } from "./checks/quotas.ts";
import { judgeRollback } from "./checks/rollback.ts";
import { judgeSecrets } from "./checks/secrets.ts";
import { judgeSmoke } from "./checks/smoke.ts";
import { CannotTell, type Finding, unknown } from "./finding.ts";
import type { CheckSources } from "./sources.ts";

export interface Result extends Finding {
  /** Such as `certificate`. */
  check: string;
}

type Check = (sources: CheckSources, about: CheckContext) => Promise<Finding>;

/** Before a launch, in the order of the checklist. */
export const PRE_LAUNCH: Readonly<Record<string, Check>> = {
  dns: async (from) => judgeDns(await from.dns()),
  certificate: async (from, { now }) => judgeCertificate(await from.certificate(), now),
  tls: async (from) => judgeTls(await from.tls()),
  ports: async (from) => judgePorts(await from.ports()),
  secrets: async (from, { now }) => judgeSecrets(await from.secrets(), now),
  backups: async (from, { now }) => judgeBackups(await from.backups(), now),
  restore: async (from, { now, stack, on }) => judgeDrill(await from.drill(), now, stack, on),
  alarms: async (from) => judgeAlarms(await from.alarms()),
  flags: async (from, { stack }) => judgeFlags(await from.flags(), stack),
  capacity: async (from, { stack }) => judgeCapacity(await from.capacity(), stack),
  migrations: async (from, { settings }) =>
    judgeMigrations(await from.health(), settings.app.migrate, await drilledFor(settings, from)),
  smoke: async (from, { stack, on }) => judgeSmoke(await from.smoke(), stack, on),
  rollback: async (from, { stack, now }) => judgeRollback(await from.rollback(), stack, now),
  quotas: async (from) => judgeQuotas(await from.quotas()),
};

/** The service check, again and again. */
export const SERVICE: Readonly<Record<string, Check>> = {
  health: async (from, { stack }) => judgeHealth(await from.health(), stack),
  database: async (from) => judgeDatabase(await from.health()),
  disk: async (from) => judgeDisk(await from.disk()),
  certificate: async (from, { now }) => judgeCertificate(await from.certificate(), now),
};

/** A look that fails makes nothing of the rest unknown. @returns undefined where no drill is asked for */
async function drilledFor(
  { plan, app }: CheckContext["settings"],
  from: CheckSources,
): Promise<Drilled | undefined> {
  if (plan.migration.drill === "off" || app.migrate.length === 0) return undefined;
  return from.drilled().catch((error: Error) => ({ passed: false, reason: error.message }));
}

const WITHIN_MS = 120_000;

/** Every check, at the same time. What can't be found out, or not in time, is unknown, and says why. */
export function runChecks(
  checks: Readonly<Record<string, Check>>,
  sources: CheckSources,
  about: CheckContext,
): Promise<Result[]> {
  return Promise.all(
    Object.entries(checks).map(async ([name, check]) => {
      const late = new AbortController();
      const finding = await Promise.race([check(sources, about), tooLate(late.signal)]).catch(notTold);
      late.abort();
      return { check: name, ...finding };
    }),
  );
}

function notTold(error: unknown): Finding {
  const again = "Mend that, then run the check again.";
  if (error instanceof CannotTell) return unknown(error.message, error.whatToDo);
  const { name, message } = error as Error;
  return unknown(sentenceOf(error) ?? (message || name || String(error)), again);
}

async function tooLate(signal: AbortSignal): Promise<Finding> {
  await sleep(WITHIN_MS, undefined, { signal, ref: false }).catch(() => {});
  return unknown(`no answer within ${WITHIN_MS / 1000} s`, "Run the check again; see what is slow.");
}
