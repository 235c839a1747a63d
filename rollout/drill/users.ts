import type { Journey } from "../../infra/settings/schema/asked/journeys.ts";
import { keptIn } from "../../infra/settings/schema/asked/journeys.ts";
import { stackSettings } from "../config/settings.ts";
import { journeysOf } from "../load/profile/journeys-of.ts";
import { seededRandom } from "../load/random.ts";
import { Journeys } from "../load/requests/journeys.ts";
import { type Options, projectOf } from "../platforms/rehearsal/verbs/options.ts";

/** Whom a drill's users are taken from, and what is known of the app that they use. */
export interface DrillUsers {
  /** The sample app: only of it is known what it promises when something is missing. */
  isSample: boolean;
  journeys: readonly Journey[];
  /** Who says what users do. */
  from: string;
  /** Where the app says that it can serve. */
  healthPath: string;
}

/** How many addresses take part: nginx limits each. */
const ADDRESSES = 500;

/** By the stack's config as it is now. */
export function usersOf(options: Pick<Options, "projectDir" | "stack">): DrillUsers {
  const settings = stackSettings(projectOf(options), options.stack);
  const { isSample, app } = settings;
  return { isSample, healthPath: app.healthPath, ...journeysOf(settings) };
}

/** Their requests, in the same order for the same seed. */
export function shotsOf({ journeys }: Pick<DrillUsers, "journeys">, seed = 1): Journeys {
  return new Journeys(journeys, seededRandom(seed), ADDRESSES);
}

/** Paths that can be read at any time, each with the status of a right answer. */
export function readsOf({ journeys, healthPath }: DrillUsers): { path: string; good: number[] }[] {
  const reads = journeys.flatMap(({ request, expect }) => {
    const [method, path = ""] = request.split(" ");
    return method === "GET" && keptIn(request) === undefined ? [{ path, good: [expect.status].flat() }] : [];
  });
  return reads.length > 0 ? reads : [{ path: healthPath, good: [200] }];
}
