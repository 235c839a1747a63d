import { afterAll, expect, it } from "vitest";
import { drillAlarms } from "../../rollout/drill/alarms/drill.ts";
import { drillFiles } from "../../rollout/drill/drill-files.ts";
import { rehearse } from "../../rollout/platforms/rehearsal/index.ts";
import { placeIn } from "../../rollout/platforms/rehearsal/verbs/options.ts";
import { projectCopy, removeCopies } from "../rehearsal/project.ts";

// Every alarm of the beta stack, and those on a service of others, brought to ALARM and back on real servers.

afterAll(removeCopies);

const FED = ["beta-balancer-rejected", "beta-database-storage", "beta-database-transaction-ids"];

it("every alarm is raised, comes back, and its notices arrive", async () => {
  const project = projectCopy({
    app: { dependencies: { supplier: { url: "https://prices.example.com/v1", timeout: "800ms" } } },
  });
  await rehearse.up(project);
  const report = await drillAlarms({ ...project, by: "a test" });
  expect(report.alarms.filter(({ passed }) => !passed)).toEqual([]);
  expect(report.alarms.filter(({ how }) => how === "fed").map(({ name }) => name)).toEqual(FED);
  expect(report.alarms.length).toBeGreaterThanOrEqual(38);
  const ofSupplier = report.alarms.filter(({ name }) => name.includes("supplier"));
  expect(ofSupplier.map(({ how, by }) => [how, by])).toEqual([
    ["raised", "every service of others is down"],
    ["raised", "every service of others is down"],
  ]);
  const rules = report.rules.filter(({ name }) => !name.endsWith("-over"));
  expect(rules).toMatchObject([
    { name: "beta-backup-failed", how: "raised", passed: true },
    { name: "beta-restore-failed", how: "fed", passed: true },
  ]);
  // What tells of an alarm's end hears of the drill's own.
  const ends = report.rules.filter(({ name }) => name.endsWith("-over"));
  expect(ends.map(({ how, passed }) => [how, passed])).toEqual(ends.map(() => ["raised", true]));
  expect(ends.length).toBeGreaterThanOrEqual(4);
  expect(report.unraisable.map(({ name }) => name)).toEqual(["beta-budget"]);
  expect(report.passed).toBe(true);
  const [record] = await drillFiles(placeIn(project).folder).read();
  expect(record).toMatchObject({ drill: "alarms", by: "a test", outcome: "passed" });
  expect(record?.checks.map(({ name }) => name)).toEqual([
    ...[...report.alarms, ...report.rules].map(({ name }) => name),
    "mended",
  ]);
});
