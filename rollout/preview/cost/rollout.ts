import { milliseconds } from "../../../infra/settings/duration.ts";
import type { Settings } from "../../../infra/settings/settled.ts";
import { stackSettings } from "../../config/settings.ts";
import type { CostDifference, RolloutCost } from "../model.ts";
import { PRICES } from "./prices.ts";

/**
 * The candidate's servers while both tracks have theirs: through all bakes, and as long as stable's stay afterwards. And each track's
 * weight as a metric, which is paid by the hour in which it is told (aws.amazon.com/cloudwatch/pricing).
 */
export function rolloutCost({ plan, tracks, server }: Settings): RolloutCost {
  const servers = Math.max(...tracks.map((track) => track.servers));
  const waits = [...plan.steps.map(({ bake }) => bake), plan.limits.keep];
  const hours = waits.reduce((sum, each) => sum + milliseconds(each), 0) / 3_600_000;
  const price = PRICES.server[server.instanceType];
  const shown = (tracks.length * PRICES.monthly.metric) / PRICES.hoursAMonth;
  return {
    servers,
    hours,
    usd: price === undefined ? undefined : Math.round((price * servers + shown) * hours * 100) / 100,
  };
}

/**
 * What a rollout costs before and after a change, by the stack's file.
 *
 * @param base the project's folder before the change. Where its config can't be read today, or isn't there, nothing is said of before
 */
export function rolloutCosts(
  stack: string,
  projectDir: string,
  base?: string,
): Pick<CostDifference, "rollout"> {
  const of = (folder: string) => {
    try {
      return rolloutCost(stackSettings(folder, stack));
    } catch {
      return undefined;
    }
  };
  const [before, after] = [base === undefined ? undefined : of(base), of(projectDir)];
  return after ? { rollout: { ...(before && { before }), after } } : {};
}

/** `about 2.39 dollars: 2 more servers for 28.5 h`. */
export function spentText({ usd, servers, hours }: RolloutCost): string {
  const sum = usd === undefined ? "an unknown sum" : `about ${usd} dollars`;
  return `${sum}: ${servers} more ${servers === 1 ? "server" : "servers"} for ${length(Math.round(hours * 3600))}`;
}

/** Minutes of CI where the workflow drives it: a job waits with it all along. */
export function minutesOf({ hours }: RolloutCost): number {
  return Math.ceil(hours * 60);
}

/** A time in seconds, as a person says it. */
export function length(seconds: number): string {
  if (seconds < 120) return `${seconds} s`;
  return seconds < 7200 ? `${Math.round(seconds / 60)} min` : `${Math.round(seconds / 360) / 10} h`;
}
