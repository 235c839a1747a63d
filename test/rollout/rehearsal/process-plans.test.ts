import { beforeAll, expect, test } from "vitest";
import type { Graph } from "../../../rollout/graph/model.ts";
import { commandsOf, processPlans } from "../../../rollout/platforms/rehearsal/plan/describe-processes.ts";
import { graphOf } from "../preview/corpus/project.ts";

// Where workers and jobs run here is what the captured parameters tell the cloud's servers.

const config = {
  "app.processes": {
    bus: { command: ["bus"], with: "traffic", stopTimeout: "10m" },
    nightly: { command: ["clean"], schedule: "cron(0 3 * * ? *)" },
    worker: { command: ["celery"], count: 2 },
  },
  "rehearsal.processes": { worker: [".venv/bin/celery"] },
  "rehearsal.tracks": { green: { processes: { worker: ["../next/celery"] } } },
};
const at = (more: object) => graphOf({ stack: "beta", config: { ...config, ...more } });
const tracksOf = (graph: Graph) =>
  Object.fromEntries(processPlans(graph).map(({ name, tracks }) => [name, tracks]));

let graph: Graph;
beforeAll(async () => {
  graph = await at({});
});

test("they are read with all that it takes to run them", () => {
  expect(processPlans(graph)).toEqual([
    { name: "bus", kind: "worker", count: 1, stopSeconds: 600, tracks: ["blue", "green"] },
    {
      ...{ name: "nightly", kind: "job", stopSeconds: 30, timeoutSeconds: 3600, tracks: ["blue"] },
      ...{ schedule: "cron(0 3 * * ? *)", queue: "beta-job-nightly.fifo" },
    },
    { name: "worker", kind: "worker", count: 2, stopSeconds: 30, tracks: ["blue"] },
  ]);
});

test("they move with the stable track, and those with traffic with the weights", async () => {
  const promoted = { stable: "green", "tracks.blue.weight": 0, "tracks.green.weight": 100 };
  expect(tracksOf(await at(promoted))).toEqual({ bus: ["green"], nightly: ["green"], worker: ["green"] });
});

test("a track may have words of its own, else the rehearsal's, else the image's", () => {
  expect(commandsOf(graph, "green")).toEqual({
    bus: ["bus"],
    nightly: ["clean"],
    worker: ["../next/celery"],
  });
  expect(commandsOf(graph, "blue").worker).toEqual([".venv/bin/celery"]);
});

test("a stack without the parameter says so", () => {
  const without = {
    ...graph,
    resources: graph.resources.filter(({ type }) => !type.includes("ssm/parameter")),
  };
  expect(() => processPlans(without)).toThrow("the stack has no parameter /rollout/beta/traffic");
});
