import type { SmokeResult } from "../../smoke/run.ts";
import { type Finding, fail, pass } from "../finding.ts";

/** By the way in: the public name, then each track. */
export type SmokeFacts = readonly { way: string; result: SmokeResult }[];

export function judgeSmoke(ways: SmokeFacts, stack: string, on: string): Finding {
  const failed = ways.flatMap(({ way, result }) =>
    result.passed
      ? []
      : result.details.filter((line) => line.includes("FAILED")).map((line) => `${way}: ${line}`),
  );
  if (ways.some(({ result }) => !result.passed))
    return fail(failed.join("; "), `Mend it, then ask again: rollout smoke --stack ${stack} --on ${on}`);
  const count = ways.reduce((sum, { result }) => sum + result.details.length, 0);
  return pass(`${count} passed: ${ways.map(({ way }) => way).join(", ")}`);
}
