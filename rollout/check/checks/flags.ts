import { type Finding, fail, pass } from "../finding.ts";

/** The last deployment of the flags; undefined: there was none. */
export type FlagFacts =
  | { number: number; version: string; state: "complete" | "under way" | "rolled back"; why: string }
  | undefined;

/** `pulumi up` only starts a deployment: what became of it is seen here. */
export function judgeFlags(last: FlagFacts, stack: string): Finding {
  if (!last) return fail("no flags were ever deployed", "Run `pulumi up`.");
  const what = `deployment ${last.number} of version ${last.version}`;
  if (last.state !== "rolled back") return pass(`${what} is ${last.state}`);
  return fail(
    `${what} was rolled back${last.why && `: ${last.why}`}`,
    `Mend what rang, then deploy again: aws appconfig start-deployment, or change the flags and \`pulumi up -s ${stack}\`.`,
  );
}
