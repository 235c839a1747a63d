import type { Settings } from "../../infra/settings/settled.ts";

/** What becomes of the database in a rollout, for its journal. */
export function migrationText({ migrate }: Pick<Settings["app"], "migrate">): string {
  if (migrate.length === 0) return "nothing to migrate: rollout:app.migrate names no command";
  return `\`${migrate.join(" ")}\` runs on the version's first server, before it serves`;
}
