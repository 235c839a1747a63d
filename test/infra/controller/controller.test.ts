import { execFile } from "node:child_process";
import { cpSync, mkdtempSync, rmSync, symlinkSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { afterAll, expect, test } from "vitest";
import { controllerCode, zipped } from "../../../infra/controller/code.ts";
import { ROOT } from "../../support/sample.ts";
import { recordStack } from "../../support/stacks.ts";

const folder = mkdtempSync(join(tmpdir(), "elsewhere-"));
afterAll(() => rmSync(folder, { recursive: true }));

const SAY = `
const { controllerCode, zipped } = await import("./infra/controller/code.ts");
process.stdout.write(Buffer.from(zipped((await controllerCode()).text)).toString("base64"));
`;

test("the same sources in another folder, in another zone of time, are the same zip", async () => {
  for (const each of ["infra", "rollout", "bin", "package.json"])
    cpSync(join(ROOT, each), join(folder, each), { recursive: true });
  symlinkSync(join(ROOT, "node_modules"), join(folder, "node_modules"));
  const { stdout } = await promisify(execFile)("node", ["--input-type=module", "-e", SAY], {
    cwd: folder,
    env: { ...process.env, TZ: "Pacific/Auckland" },
    maxBuffer: 16 * 1024 * 1024,
  });
  const here = Buffer.from(zipped((await controllerCode()).text));
  expect(Buffer.from(stdout, "base64").equals(here)).toBe(true);
  // Lambda quotas: 50 MB a zip that is uploaded.
  expect(here.length).toBeLessThan(2_000_000);
}, 60_000);

test("neither Pulumi nor what only the rehearsal needs is in it", async () => {
  const { text, modules } = await controllerCode();
  expect(modules.filter((path) => /@pulumi|platforms\/rehearsal|aws\/backup/.test(path))).toEqual([]);
  expect(text).not.toContain(ROOT);
});

test("it is there only where it is asked for", async () => {
  const types = async (change: Record<string, unknown>) =>
    (await recordStack("beta", change)).resources.map(({ type, name }) => `${type} ${name}`);
  const [without, its] = await Promise.all([types({}), types({ controller: { in: "stack" } })]);
  expect(its.filter((each) => !without.includes(each)).toSorted()).toEqual([
    "aws:cloudwatch/logGroup:LogGroup beta-controller",
    "aws:cloudwatch/metricAlarm:MetricAlarm beta-controller-failing",
    "aws:cloudwatch/metricAlarm:MetricAlarm beta-controller-unstarted",
    "aws:iam/role:Role beta-controller",
    "aws:iam/role:Role beta-controller-clock",
    "aws:iam/rolePolicy:RolePolicy beta-controller",
    "aws:iam/rolePolicy:RolePolicy beta-controller-clock",
    "aws:lambda/function:Function beta-controller",
    "aws:lambda/functionEventInvokeConfig:FunctionEventInvokeConfig beta-controller",
    "aws:scheduler/schedule:Schedule beta-controller",
    "aws:scheduler/scheduleGroup:ScheduleGroup beta-controller",
    "rollout:infra:Controller beta",
  ]);
});

test("it is started each minute, may last as long as AWS lets it, and what fails isn't tried again", async () => {
  const all = await recordStack("beta", { controller: { in: "stack" } });
  expect(all.one("aws:lambda/function:Function").inputs).toMatchObject({
    architectures: ["arm64"],
    runtime: "nodejs24.x",
    timeout: 900,
    environment: { variables: { ROLLOUT_STACK: "beta" } },
    loggingConfig: { logFormat: "Text", logGroup: "/rollout/beta/controller" },
  });
  expect(all.one("aws:lambda/functionEventInvokeConfig:FunctionEventInvokeConfig").inputs).toMatchObject({
    maximumRetryAttempts: 0,
    maximumEventAgeInSeconds: 60,
  });
  expect(all.one("aws:scheduler/schedule:Schedule").inputs).toMatchObject({
    scheduleExpression: "rate(1 minute)",
    target: { retryPolicy: { maximumRetryAttempts: 0, maximumEventAgeInSeconds: 60 } },
  });
});
