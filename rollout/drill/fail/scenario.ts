import type { Room } from "../../platforms/rehearsal/room.ts";
import type { DrillUsers } from "../users.ts";
import type { FailStage } from "./stage.ts";

export const SCENARIO_NAMES = [
  "dependency",
  "database",
  "rate-limit",
  "memory",
  "partition",
  "server",
  "zone",
] as const;
export type ScenarioName = (typeof SCENARIO_NAMES)[number];

/** What is to happen when something fails; a check of the drill. */
export interface Expectation {
  /** A word or two: the check's name. */
  name: string;
  text: string;
  /** Only the sample app is known to promise it: of others it can't be said. */
  ofSample?: true;
}

/** One way in which things fail, and what is expected of the service then. */
export interface Scenario {
  name: ScenarioName;
  /** What is broken. */
  breaks: string;
  /** In the order in which they are looked at. */
  expected: readonly Expectation[];
  /** What must be there first. @throws {UserError} that says how to get it */
  needs?(room: Pick<Room, "plan">, users: DrillUsers): void;
  /** Breaks it, looks, mends it. Whatever it leaves broken the drill mends, also when it throws. */
  play(stage: FailStage): Promise<void>;
}

/** Expected whatever fails. */
export const ALWAYS: readonly Expectation[] = [
  { name: "none lost after", text: "once all is back, no request is lost any more" },
  { name: "mended", text: "what the drill broke is whole again" },
];

export function expectationsOf({ expected }: Scenario): Expectation[] {
  return [...expected, ...ALWAYS];
}
