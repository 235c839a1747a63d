import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, expect, it } from "vitest";
import { drillFiles } from "../../rollout/drill/drill-files.ts";
import { drillFail } from "../../rollout/drill/fail/drill.ts";
import { reportFiles } from "../../rollout/drill/fail/report/kept.ts";
import { SCENARIO_NAMES } from "../../rollout/drill/fail/scenario.ts";
import { SCENARIOS } from "../../rollout/drill/fail/scenarios.ts";
import { rehearse } from "../../rollout/platforms/rehearsal/index.ts";
import { freePort } from "../../rollout/platforms/rehearsal/machine/ports.ts";
import { projectCopy, removeCopies } from "../rehearsal/project.ts";

// Every failure scenario on real servers: a track with two of them, and one with a single one, which the zone's loss takes.

const project = projectCopy({
  tracks: { blue: { weight: 90, servers: 2 }, green: { weight: 10, servers: 1 } },
  app: { dependencies: { supplier: { url: "https://prices.example.com/v1", timeout: "800ms" } } },
});
const folder = join(project.stateDir, project.stack);

beforeAll(async () => {
  await rehearse.up({ ...project, port: await freePort() });
});
afterAll(removeCopies);

it.each(SCENARIO_NAMES)("%s: what is expected happens, and all is back", async (scenario) => {
  const record = await drillFail({ ...project, scenario, by: "test" });
  expect(record.checks.filter(({ verdict }) => verdict !== "pass")).toEqual([]);
  expect(record.outcome).toBe("passed");
  const { requests, lost } = record.figures;
  console.log(`${scenario}: ${lost} of ${requests} requests lost`, record.figures);
  expect(lost).toBeLessThan(requests! / 2);
  const { html, markdown } = reportFiles(folder, record);
  expect(existsSync(html)).toBe(true);
  expect(readFileSync(markdown, "utf8")).toContain("**passed**");
});

it("mends what it broke when it is interrupted", async () => {
  const stop = new AbortController();
  const say = (line: string) => {
    if (line.startsWith("broken:")) setTimeout(() => stop.abort(), 500);
  };
  const drill = drillFail({ ...project, scenario: "partition", by: "test", say, signal: stop.signal });
  await expect(drill).rejects.toThrow("Interrupted: what was broken has been mended.");
  const { servers } = await rehearse.status(project);
  expect(servers.every(({ healthy }) => healthy)).toBe(true);
});

it("keeps a record of each, whose last one passed", async () => {
  const records = await drillFiles(folder).read();
  expect(records.map(({ drill }) => drill)).toEqual(SCENARIOS.map(({ name }) => `fail-${name}`));
});
