import type { Command } from "commander";
import type { MetricSecond } from "../../core/verdict.ts";
import { begunIn } from "../../view/shares.ts";
import { stackAtHand } from "../on.ts";

/** A stack's own traffic, as its platform counts it. */
export interface OwnTraffic {
  requestsPerSecond: number;
  /** Sessions of browsers that begin. Undefined: none was counted, as without nginx's log of them. */
  sessionsPerSecond: number | undefined;
  /** Of stable's answers, from 0 to 1. Undefined: too few requests to say. */
  badShare: number | undefined;
}

const HOUR = 3600;
/** A share of fewer requests says little. */
const ENOUGH = 1000;

/** The traffic of the last hour. @throws {Error} when it can't be read: the stack isn't up, AWS isn't to be reached */
export async function ownTraffic(command: Command, now = Date.now()): Promise<OwnTraffic> {
  const { platform, settings } = await stackAtHand(command);
  const { seconds, through } = await platform.metrics(Math.floor(now / 1000) - HOUR);
  return trafficIn(seconds, through, settings.stable);
}

/** @param through the first second that isn't told */
export function trafficIn(seconds: readonly MetricSecond[], through: number, stable: string): OwnTraffic {
  const [first] = seconds;
  const long = first ? Math.max(1, through - first.epochSecond) : HOUR;
  const all = seconds.flatMap(({ tracks }) => Object.values(tracks));
  const requests = all.reduce((sum, each) => sum + each.requests, 0);
  const begun = all.reduce((sum, { sessions }) => sum + begunIn(sessions), 0);
  const stables = seconds.flatMap(({ tracks }) => tracks[stable] ?? []);
  const asked = stables.reduce((sum, each) => sum + each.requests, 0);
  const bad = stables.reduce((sum, each) => sum + each.errors, 0);
  return {
    requestsPerSecond: requests / long,
    sessionsPerSecond: begun > 0 ? begun / long : undefined,
    badShare: asked >= ENOUGH && bad > 0 ? Math.min(0.4, bad / asked) : undefined,
  };
}
