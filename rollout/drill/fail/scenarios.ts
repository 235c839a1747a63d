import { given } from "../../../infra/sure.ts";
import type { Scenario, ScenarioName } from "./scenario.ts";
import { database } from "./scenarios/database.ts";
import { dependency } from "./scenarios/dependency.ts";
import { memory } from "./scenarios/memory.ts";
import { partition } from "./scenarios/partition.ts";
import { rateLimit } from "./scenarios/rate-limit.ts";
import { server } from "./scenarios/server.ts";
import { zone } from "./scenarios/zone.ts";

export const SCENARIOS: readonly Scenario[] = [
  dependency,
  database,
  rateLimit,
  memory,
  partition,
  server,
  zone,
];

export function scenarioOf(name: ScenarioName): Scenario {
  return given(
    SCENARIOS.find((each) => each.name === name),
    `scenario ${name}`,
  );
}
