import type { DrillRecord } from "../../record.ts";
import { type Expectation, expectationsOf, type Scenario } from "../scenario.ts";
import { SCENARIOS } from "../scenarios.ts";

/** A figure of a failure drill as people read it; those that weren't measured are left out. */
export function figureTexts({ figures }: Pick<DrillRecord, "figures">): string[] {
  const { detectSeconds, recoverSeconds, slowestSeconds, requests, lost } = figures;
  const seconds = (value: number) => `${value.toFixed(1)} s`;
  return [
    ...(detectSeconds === undefined ? [] : [`noticed after ${seconds(detectSeconds)}`]),
    ...(recoverSeconds === undefined ? [] : [`recovered after ${seconds(recoverSeconds)}`]),
    ...(slowestSeconds === undefined ? [] : [`slowest answer ${seconds(slowestSeconds)}`]),
    ...(requests === undefined || lost === undefined ? [] : [`${lost} of ${requests} requests lost in all`]),
  ];
}

/** All that is expected, a scenario after the other. */
export function expectedRows(
  scenarios: readonly Scenario[] = SCENARIOS,
): { scenario: string; breaks: string; expected: Expectation[] }[] {
  return scenarios.map((each) => ({
    scenario: each.name,
    breaks: each.breaks,
    expected: expectationsOf(each),
  }));
}
