import { spawn } from "node:child_process";
import { appendFileSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { afterAll, describe, expect, test } from "vitest";
import { alarmsOf } from "../../../rollout/alarms/capture.ts";
import { queriesOf } from "../../../rollout/alarms/model.ts";
import { processorsOf } from "../../../rollout/platforms/rehearsal/metrics/allowance.ts";
import { namesIn } from "../../../rollout/platforms/rehearsal/metrics/named.ts";
import { ResponseTimes } from "../../../rollout/platforms/rehearsal/metrics/response-times.ts";
import { MachineUsages } from "../../../rollout/platforms/rehearsal/metrics/usage.ts";
import { describe as planOf } from "../../../rollout/platforms/rehearsal/plan/describe.ts";
import { localResolver } from "../../../rollout/platforms/rehearsal/plan/resolver.ts";
import { shippedGraph } from "../../support/shipped-graph.ts";

const graph = await shippedGraph("beta");
const passwords = Object.fromEntries(
  graph.resources
    .filter(({ type }) => type === "random:index/randomPassword:RandomPassword")
    .map(({ urn }) => [urn, "x"]),
);
const named = namesIn(
  graph,
  planOf(graph, localResolver(graph, passwords), () => ({ texts: {}, version: "" })).tracks,
);

test("every metric that an alarm looks at is of a part that the rehearsal has a name for", () => {
  const { balancer, targetGroups, groups, ...parts } = named;
  const known = [balancer, ...Object.values(targetGroups), ...Object.values(groups), ...Object.values(parts)];
  const asked = alarmsOf(graph).alarms.flatMap((alarm) => (alarm.kind === "metric" ? queriesOf(alarm) : []));
  for (const { metric } of asked) expect(known).toContainEqual(metric.dimensions);
});

test.each([
  ["t3.medium", 2],
  ["db.m7g.large", 2],
  ["m7i.xlarge", 4],
  ["m7i.4xlarge", 16],
])("%s has %i processors", (type, processors) => {
  expect(processorsOf(type)).toBe(processors);
});

describe("response times", () => {
  const folder = mkdtempSync(join(tmpdir(), "response-times-"));
  afterAll(() => rmSync(folder, { recursive: true }));
  const line = (seconds: number, path = "/") => `${JSON.stringify({ track: "blue", path, seconds })}\n`;

  test("are read on from where they were read to, whole lines only", () => {
    const file = join(folder, "blue-1.access.log");
    writeFileSync(file, line(0.1) + line(9, "/health") + line(0.2).slice(0, 10));
    const times = new ResponseTimes(folder);
    expect(times.take()).toEqual({ blue: [0.1] });
    appendFileSync(file, line(0.2).slice(10) + line(0.3));
    expect(times.take()).toEqual({ blue: [0.2, 0.3] });
    expect(times.take()).toEqual({});
    writeFileSync(file, line(0.4));
    expect(times.take()).toEqual({ blue: [0.4] });
  });
});

test("a process that never rests uses half of two processors, however busy the machine is", async () => {
  const child = spawn(process.execPath, ["-e", "for (;;);"], { stdio: "ignore" });
  try {
    const usages = new MachineUsages();
    const look = () => usages.take({ busy: { leaders: [child.pid!], processors: 2 } }).busy;
    await sleep(300);
    look();
    await sleep(500);
    const usage = look();
    expect(usage?.cpuPercent).toBeGreaterThan(30);
    expect(usage?.memoryBytes).toBeGreaterThan(5e6);
  } finally {
    child.kill("SIGKILL");
  }
});
