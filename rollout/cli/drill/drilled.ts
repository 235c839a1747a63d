import type { AskDrill } from "../../run/senses.ts";
import type { StackAtHand } from "../on.ts";

/** What the drills' records say of a candidate's migration, by the version that it has now. */
export function drillsOf({ platform, stack, projectDir }: StackAtHand): AskDrill {
  return async (candidate) => {
    if (platform.kind === "aws") return (await import("../../drill/migrate/last.ts")).NOT_ON_AWS;
    const { drilledNow } = await import("../../drill/migrate/now.ts");
    return drilledNow({ stack, projectDir }, candidate);
  };
}
