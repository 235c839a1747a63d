import { defineConfig } from "vitest/config";

// Four suites: unit (mocks, seconds), rehearsal (real servers), engine (the real Pulumi CLI, where there is one), aws
// (moto's server in place of AWS, where there is one).
export default defineConfig({
  test: {
    projects: [
      {
        test: {
          name: "unit",
          include: ["test/infra/**/*.test.ts", "test/rollout/**/*.test.ts", "test/app/**/*.test.ts"],
          testTimeout: 20_000,
          // The AWS SDK of Pulumi takes longer to load than most files to run: once a worker is enough, because every
          // recording starts clean.
          isolate: false,
        },
      },
      {
        test: {
          name: "rehearsal",
          include: ["test/rehearsal/**/*.test.ts"],
          testTimeout: 180_000,
          hookTimeout: 180_000,
          // Real servers share two cores: one file at a time.
          fileParallelism: false,
        },
      },
      {
        test: {
          name: "aws",
          include: ["test/aws/**/*.test.ts"],
          testTimeout: 60_000,
          hookTimeout: 60_000,
          fileParallelism: false,
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
