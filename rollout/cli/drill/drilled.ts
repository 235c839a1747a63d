import type { AskDrill } from "../../run/senses.ts";
import type { StackAtHand } from "../on.ts";

/** What the drills' records say of a candidate's migration, by the version that it has now. */
export function drillsOf({ platform, stack, projectDir }: StackAtHand): AskDrill | undefined {
  if (platform.kind !== "rehearsal") return undefined;
  return async (candidate) => {
    const { drilledNow } = await import("../../drill/migrate/now.ts");
    return drilledNow({ stack, projectDir }, candidate);
  };
}
