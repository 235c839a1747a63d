import { defineConfig } from "vitest/config";

// The suites: unit (mocks, seconds), rehearsal (real servers), aws (moto's server in place of AWS, where there is one),
// engine (the real Pulumi CLI, where there is one), drills (real servers again, for what takes minutes). And waits: those
// of the drills that do little else, so that no worker of theirs waits with them.
const WAITING = [
  ...["alarms", "alarm-gate", "down-in-use", "drain", "lifecycle", "long-connections"],
  ...[
    "controller-in-stack",
    "migrate",
    "processes",
    "rollout-hollow",
    "rollout-killed",
    "rollout-outages",
    "warm-up",
  ],
  ...["restore-to", "sockets", "streams"],
].map((name) => `test/drills/${name}.test.ts`);

// The applications of test/apps that the landing has no time for.
const LEFT_OUT = (process.env.APPS_LEFT_OUT ?? "")
  .split(" ")
  .filter(Boolean)
  .map((name) => `test/apps/${name}.test.ts`);

export default defineConfig({
  test: {
    projects: [
      {
        test: {
          name: "unit",
          include: [
            "test/infra/**/*.test.ts",
            "test/rollout/**/*.test.ts",
            "test/app/**/*.test.ts",
            "test/components/**/*.test.ts",
            "test/support/**/*.test.ts",
            "test/own/**/*.test.ts",
            "test/mutants/**/*.test.ts",
          ],
          globalSetup: "test/support/own-temporary-folder.ts",
          // Those that run a program of their own take seconds, and on a busy machine many.
          testTimeout: 60_000,
          // To capture a stack takes seconds, and on a busy machine many of them.
          hookTimeout: 60_000,
          // The AWS SDK of Pulumi takes longer to load than most files to run: once a worker is enough, because every
          // recording starts clean.
          isolate: false,
          maxWorkers: 2,
        },
      },
      {
        test: {
          name: "rehearsal",
          include: ["test/rehearsal/**/*.test.ts"],
          testTimeout: 180_000,
          hookTimeout: 180_000,
          // Most of the time they wait: for health checks, bakes, drains.
          maxWorkers: 2,
        },
      },
      {
        test: {
          name: "aws",
          include: ["test/aws/**/*.test.ts"],
          testTimeout: 60_000,
          hookTimeout: 60_000,
          maxWorkers: 2,
        },
      },
      {
        test: {
          name: "drills",
          include: ["test/drills/**/*.test.ts", "test/apps/**/*.test.ts"],
          exclude: [...WAITING, ...LEFT_OUT],
          testTimeout: 600_000,
          hookTimeout: 300_000,
          maxWorkers: 2,
        },
      },
      {
        test: {
          name: "waits",
          include: WAITING,
          testTimeout: 600_000,
          hookTimeout: 300_000,
          maxWorkers: 1,
        },
      },
      {
        test: {
          name: "engine",
          include: ["test/engine/**/*.test.ts"],
          testTimeout: 180_000,
          hookTimeout: 180_000,
          fileParallelism: false,
        },
      },
    ],
  },
});
