import { milliseconds } from "../../../infra/settings/duration.ts";
import type { LoadStage, Profile } from "./schema.ts";

/** A stretch in which the number of users goes from one to another in a straight line. Times in ms since the start. */
export interface Ramp {
  fromMs: number;
  toMs: number;
  fromUsers: number;
  toUsers: number;
}

/** The stages one after another, from no user on; one of no length is a jump. As k6's stages are read. */
export function rampsOf(stages: readonly LoadStage[]): Ramp[] {
  const ramps: Ramp[] = [];
  let [at, users] = [0, 0];
  for (const stage of stages) {
    const to = at + milliseconds(stage.for);
    if (to > at) ramps.push({ fromMs: at, toMs: to, fromUsers: users, toUsers: stage.users });
    [at, users] = [to, stage.users];
  }
  return ramps;
}

export function lengthMs(stages: readonly LoadStage[]): number {
  return stages.reduce((sum, stage) => sum + milliseconds(stage.for), 0);
}

export function mostUsers(stages: readonly LoadStage[]): number {
  return Math.max(...stages.map(({ users }) => users));
}

/** How many users there are on average from one moment to another. */
export function meanUsers(ramps: readonly Ramp[], fromMs: number, toMs: number): number {
  const parts = ramps.map((ramp) => {
    const from = Math.max(fromMs, ramp.fromMs);
    const to = Math.min(toMs, ramp.toMs);
    return to > from ? (to - from) * usersAt(ramp, (from + to) / 2) : 0;
  });
  return parts.reduce((sum, part) => sum + part, 0) / (toMs - fromMs);
}

export function usersAt({ fromMs, toMs, fromUsers, toUsers }: Ramp, at: number): number {
  return fromUsers + ((at - fromMs) / (toMs - fromMs)) * (toUsers - fromUsers);
}

/** The most requests a second that the profile comes to. A user makes one every think time (Little's law, N = rate x Z). */
export function mostPerSecond({ stages, think }: Pick<Profile, "stages" | "think">): number {
  return (mostUsers(stages) * 1000) / milliseconds(think);
}

/** The same shape in another time: every stage is shortened or stretched alike. */
export function lasting(profile: Profile, wholeMs: number): Profile {
  const scale = wholeMs / lengthMs(profile.stages);
  const stages = profile.stages.map((stage) => ({
    ...stage,
    for: `${Math.round(milliseconds(stage.for) * scale)}ms` as const,
  }));
  return { ...profile, stages };
}
