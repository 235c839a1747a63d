import type { Journey } from "../../../infra/settings/schema/asked/journeys.ts";
import type { SmokeTest } from "../../../infra/settings/schema/asked/smoke.ts";
import type { Settings } from "../../../infra/settings/settled.ts";
import { sampleJourneys } from "./read.ts";

/** What a stack's users do, and who says so. */
export interface UserJourneys {
  journeys: Journey[];
  /** For people: where they come from, and what of it isn't sent. */
  from: string;
}

type Declaring = Pick<Settings, "journeys" | "smoke" | "isSample" | "app">;

/**
 * The journeys that config declares; those of the sample app; else what the smoke tests ask without changing anything.
 * Where they ask nothing so either, it is the app's health.
 */
export function journeysOf({ journeys, smoke, isSample, app }: Declaring): UserJourneys {
  if (journeys.length > 0) return { journeys, from: "rollout:journeys" };
  if (isSample) return { journeys: sampleJourneys(), from: "the sample app's users" };
  const reads = smoke.filter(({ method }) => method === "GET" || method === "HEAD");
  const others = smoke.length - reads.length;
  const left = others > 0 ? `, without ${others} that may change something` : "";
  const asked = uniqueBy(reads.map(journeyOf), ({ request }) => request);
  return {
    journeys: asked.length > 0 ? asked : [healthOf(app)],
    from: `the smoke tests (rollout:smoke)${left}; declare what your users do in rollout:journeys`,
  };
}

const PLAIN = { echo: false, same: false, holds: false };

function healthOf({ healthPath }: Pick<Settings["app"], "healthPath">): Journey {
  return {
    name: "health",
    weight: 1,
    request: `GET ${healthPath}`,
    id: "id",
    expect: { status: 200, ...PLAIN },
  };
}

/** Of what a test expects the status and the text: a load says whether users are served, a smoke test whether all is right. */
function journeyOf({ name, method, path, expect, optional }: SmokeTest): Journey {
  const request = `${method} ${path}`;
  const status = optional ? [...[expect.status].flat(), 404] : expect.status;
  const isFixed = expect.contains !== undefined && !/\{(?:track|version)\}/.test(expect.contains);
  return {
    name: name === undefined ? request : `${name} (${request})`,
    weight: 1,
    request,
    id: "id",
    expect: { status, ...PLAIN, ...(isFixed && !optional && { text: expect.contains }) },
  };
}

function uniqueBy<T>(all: readonly T[], key: (each: T) => string): T[] {
  return [...new Map(all.toReversed().map((each) => [key(each), each])).values()].toReversed();
}
