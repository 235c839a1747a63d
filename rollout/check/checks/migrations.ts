import { type Finding, fail, pass, unknown } from "../finding.ts";
import type { HealthFacts } from "./health.ts";

/** The sample app says `starting` until the schema is there, and brings it up to date by itself as it starts. */
export function judgeMigrations(tracks: readonly HealthFacts[]): Finding {
  const behind = tracks.filter(({ said }) => said === "starting");
  if (behind.length > 0)
    return fail(
      `not done on ${behind.map(({ track }) => track).join(", ")}: its servers say that they are starting`,
      "Read the servers' log for the migration that fails or waits for a lock.",
    );
  const silent = tracks.filter(({ status, said }) => status !== 200 || said !== "ok");
  if (silent.length > 0)
    return unknown(
      silent
        .map(({ track, status, problem }) => `${track}: ${problem ?? `/health answers ${status}`}`)
        .join("; "),
      'Have /health answer {"status": "ok"} only once the migrations are done, or look yourself.',
    );
  return pass(`done: ${tracks.map(({ track }) => track).join(" and ")} say that their database is ready`);
}
