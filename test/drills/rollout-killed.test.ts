import { afterAll, expect, it } from "vitest";
import { removeCopies } from "../rehearsal/project.ts";
import { allWrites, killedAtEveryWrite, plainWrites } from "../rehearsal/rollout-killed.ts";

// kill -9 at the moments that rollout-crash.test.ts leaves out.

afterAll(removeCopies);

it("a controller that is killed before every write, what it says done already, finishes and loses no request", async () => {
  const { kills, between } = await killedAtEveryWrite(["before"]);
  expect(kills.map(({ write }) => write).sort()).toEqual(allWrites());
  for (const { config, state, real } of between) expect([config, state]).toEqual([real, real]);
});

it("a controller that is killed in the middle of every write finishes and loses no request", async () => {
  const { kills, between } = await killedAtEveryWrite(["during"]);
  // Which acts are interrupted is up to how far their writes came.
  const writes = new Set(kills.map(({ write }) => write));
  expect(plainWrites().filter((write) => !writes.has(write))).toEqual([]);
  for (const { config, state, real } of between) expect([config, state]).toEqual([real, real]);
});

it("a controller that is killed amid every act, early and late in it, finishes and loses no request", async () => {
  const { kills, between } = await killedAtEveryWrite([2, 30, 120, 400]);
  expect(kills.length).toBeGreaterThanOrEqual(8);
  const known = ["blue 100 green 0", "blue 50 green 50", "blue 0 green 100"];
  for (const { config, state, real } of between) {
    const texts = [config, state ?? config, real].map(({ blue, green }) => `blue ${blue} green ${green}`);
    expect(known).toEqual(expect.arrayContaining(texts));
  }
});
