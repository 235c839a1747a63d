import { appendFileSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, expect, it } from "vitest";
import { embeddedLine } from "../../../app/embedded.ts";
import { EmbeddedMetrics, metricsIn } from "../../../rollout/platforms/rehearsal/metrics/embedded.ts";

const folder = mkdtempSync(join(tmpdir(), "embedded-"));
afterAll(() => rmSync(folder, { recursive: true }));

const dimensions = { Stack: "beta", Dependency: "supplier" };
const line = (failed: number) =>
  embeddedLine(0, dimensions, { DependencyAsked: 9, DependencyFailed: failed });

it("reads the very lines that the app writes, those that are new", () => {
  const file = join(folder, "blue-1.app.log");
  writeFileSync(file, `${line(1)}\n`);
  const metrics = new EmbeddedMetrics(folder);
  expect(metrics.take()).toEqual([]);
  appendFileSync(file, `{"message":"request"}\n${line(2)}\n`);
  expect(metrics.take()).toEqual([
    { metric: { namespace: "Rollout/App", name: "DependencyAsked", dimensions }, values: [9] },
    { metric: { namespace: "Rollout/App", name: "DependencyFailed", dimensions }, values: [2] },
  ]);
  expect(metrics.take()).toEqual([]);
});

it.each(["", "{}", line(1).slice(0, -9), '{"_aws":{}}', '{"_aws":{"CloudWatchMetrics":1}}'])(
  "makes nothing of %s",
  (text) => {
    expect(metricsIn(text)).toEqual([]);
  },
);
