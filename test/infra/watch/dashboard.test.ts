import { expect, test } from "vitest";
import { Dashboard } from "../../../infra/watch/dashboard.ts";
import { record } from "../../support/mocks.ts";

function dashboard(tracks: string[]) {
  return record(() => ({
    url: new Dashboard("beta", {
      stack: "beta",
      region: "eu-west-1",
      tracks: tracks.map((name) => ({
        name,
        targetGroupArnSuffix: `targetgroup/${name}`,
        autoscalingGroupName: `group-${name}`,
      })),
      balancerArnSuffix: "app/beta",
      databaseIdentifier: "beta-database",
      cacheNodeIds: ["beta-001"],
    }).url,
  }));
}

interface Widget {
  x: number;
  y: number;
  width: number;
  height: number;
  properties: { title: string; stat: string; region: string; metrics: (string | { label: string })[][] };
}

const recorded = await dashboard(["blue", "green"]);
const text: string = recorded.one("aws:cloudwatch/dashboard:Dashboard").inputs.dashboardBody;
const { widgets }: { widgets: Widget[] } = JSON.parse(text);

test("traffic, errors and latency have a line for each track", () => {
  const served = widgets.slice(0, 3).map(({ properties }) => properties);
  expect(served.map(({ stat, metrics }) => [stat, metrics[0]?.[1]])).toEqual([
    ["Sum", "RequestCount"],
    ["Sum", "HTTPCode_Target_5XX_Count"],
    ["p95", "TargetResponseTime"],
  ]);
  for (const { metrics } of served) {
    expect(metrics.map((line) => line.slice(-2))).toEqual([
      ["targetgroup/blue", { label: "blue" }],
      ["targetgroup/green", { label: "green" }],
    ]);
  }
});

test("each track's weight is a line, as whoever drives a rollout tells it", () => {
  const { properties } = widgets.find(({ properties }) => properties.title.startsWith("Weight"))!;
  expect(properties).toMatchObject({ stat: "Average", region: "eu-west-1" });
  expect(properties.metrics).toEqual(
    ["blue", "green"].map((track) => [
      "Rollout/Weights",
      "Weight",
      "Stack",
      "beta",
      "Track",
      track,
      { label: track },
    ]),
  );
});

test("the database and the cache are on it", () => {
  const titles = widgets.map(({ properties }) => properties.title).join("\n");
  expect(titles).toMatch(/Database: connections/);
  expect(titles).toMatch(/Cache: memory/);
});

test("no graph covers another or leaves the page", () => {
  const places = widgets.map(({ x, y }) => `${x},${y}`);
  expect(new Set(places).size).toBe(widgets.length);
  for (const { x, width } of widgets) expect(x + width).toBeLessThanOrEqual(24);
});

test("the order of the tracks doesn't matter", async () => {
  const other = await dashboard(["green", "blue"]);
  expect(other.one("aws:cloudwatch/dashboard:Dashboard").inputs.dashboardBody).toBe(text);
});

test("its address leads to it", () => {
  expect(recorded.outputs.url).toBe(
    "https://eu-west-1.console.aws.amazon.com/cloudwatch/home?region=eu-west-1#dashboards/dashboard/rollout-beta",
  );
});
