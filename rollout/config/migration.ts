import type { Settings } from "../../infra/settings/settled.ts";

/** What changes the database in a rollout, in words. */
export function migrationText(
  app: Pick<Settings["app"], "migrate" | "contract">,
  what: "migrate" | "contract",
): string {
  const words = app[what];
  if (words.length === 0) return `nothing to ${what}: rollout:app.${what} names no command`;
  return `\`${words.join(" ")}\` ran, once for this version`;
}
