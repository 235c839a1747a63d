import { isMap, isScalar, parseDocument } from "yaml";
import { CLOSED } from "../../infra/settings/schema/traffic/cohorts.ts";
import { UserError } from "../errors.ts";
import { edited } from "./edit.ts";

/** The key of Pulumi.<stack>.yaml that says who is led where. */
const COHORTS = "rollout:cohorts";

/** The track that each cohort is led to by a stack's config; those that are closed are left out. @param text of Pulumi.<stack>.yaml */
export function ledIn(text: string): Record<string, string> {
  const all = parseDocument(text).getIn(["config", COHORTS]);
  if (!isMap(all)) return {};
  return Object.fromEntries(
    all.items.flatMap(({ key, value }) => {
      const to = isMap(value) ? value.get("to") : undefined;
      return isScalar(key) && typeof to === "string" && to !== CLOSED ? [[String(key.value), to]] : [];
    }),
  );
}

/**
 * The same config with some cohorts led elsewhere, or closed; nothing else changes, to the byte.
 *
 * @param to a track, or `none`
 * @throws {UserError} for a cohort that the config doesn't have
 */
export function withCohorts(text: string, cohorts: readonly string[], to: string, file: string): string {
  const document = parseDocument(text);
  const strange = cohorts.find((name) => !isMap(document.getIn(["config", COHORTS, name])));
  if (strange !== undefined) throw new UserError(`${COHORTS}: there is no cohort ${strange}`);
  return edited(
    text,
    cohorts.map((name) => ({ path: [COHORTS, name, "to"], value: to })),
    file,
  );
}

/** The same config with no cohort led to a track, or to any. */
export function withCohortsClosed(text: string, file: string, track?: string): string {
  const open = Object.entries(ledIn(text)).filter(([, to]) => track === undefined || to === track);
  return withCohorts(
    text,
    open.map(([name]) => name),
    CLOSED,
    file,
  );
}
