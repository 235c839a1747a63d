import type { Drilled } from "../../core/action.ts";
import { type Finding, fail, pass, unknown } from "../finding.ts";
import type { HealthFacts } from "./health.ts";

/**
 * A server whose migration hasn't ended doesn't serve (infra/host/migration.ts). The sample app brings its database up to
 * date by itself as it starts, and says `starting` until then.
 *
 * @param drilled where `plan.migration.drill` asks for one: what the last drill of the candidate's migration said
 * @param command what migrates, in the config's words; empty: the service does it by itself, or nobody does
 */
export function judgeMigrations(
  tracks: readonly HealthFacts[],
  command: readonly string[],
  drilled?: Drilled,
): Finding {
  const behind = tracks.filter(({ said }) => said === "starting");
  if (behind.length > 0)
    return fail(
      `not done on ${namesOf(behind)}: its servers say that they are starting`,
      "Read the servers' log for the migration that fails or waits for a lock.",
    );
  if (drilled?.passed === false) return fail("the candidate's was not drilled, or not well", drilled.reason);
  if (command.length > 0 && tracks.every(({ status }) => status === 200))
    return pass(`done: \`${command.join(" ")}\` ended before ${namesOf(tracks)} served`);
  const silent = tracks.filter(({ status, said }) => status !== 200 || said !== "ok");
  if (silent.length > 0)
    return unknown(
      silent
        .map(({ track, status, problem }) => `${track}: ${problem ?? `/health answers ${status}`}`)
        .join("; "),
      'Have /health answer {"status": "ok"} only once the migrations are done, or look yourself.',
    );
  return pass(`done: ${namesOf(tracks)} say that their database is ready`);
}

function namesOf(tracks: readonly HealthFacts[]): string {
  return tracks.map(({ track }) => track).join(" and ");
}
