import { DAY_MS, spanText } from "../about.ts";
import { type Finding, fail, pass } from "../finding.ts";

/** The last time that a backup was restored, to see that it can be. Undefined: never. */
export type DrillFacts = { passed: boolean; at: number; detail: string } | undefined;

/** A restore is tested each month, and a month may have 31 days. */
const MAX_AGE_DAYS = 35;

export function judgeDrill(drill: DrillFacts, now: number, stack: string, on: string): Finding {
  const whatToDo = `Restore one and verify it: rollout drill restore --stack ${stack} --on ${on}`;
  if (!drill) return fail("no restore was ever tested", whatToDo);
  const found = `${spanText(now - drill.at)} ago: ${drill.detail}`;
  if (!drill.passed)
    return fail(`the last drill didn't pass, ${found}`, `${whatToDo}. Its report says what was wrong.`);
  if (now - drill.at > MAX_AGE_DAYS * DAY_MS) return fail(`the last drill is too old: ${found}`, whatToDo);
  return pass(`restored ${found}`);
}
