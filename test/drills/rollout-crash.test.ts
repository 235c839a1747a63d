import { afterAll, expect, it } from "vitest";
import { removeCopies } from "../rehearsal/project.ts";
import { allWrites, killedAtEveryWrite } from "../rehearsal/rollout-killed.ts";

// Kills before and amid the writes, and amid the acts: test/drills/rollout-killed.test.ts.

afterAll(removeCopies);

it("a controller that is killed after every write of its journal finishes all the same, and no request is lost", async () => {
  const { kills, between } = await killedAtEveryWrite(["after"]);
  expect(kills.map(({ write }) => write).sort()).toEqual(allWrites());
  expect(between).toHaveLength(allWrites().length);
  // Between two controllers the balancer has what the config says.
  for (const { config, state, real } of between) expect([config, state]).toEqual([real, real]);
});
