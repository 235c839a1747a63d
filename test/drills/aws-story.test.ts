import { describe, expect, test } from "vitest";
import { seededRandom } from "../../rollout/load/random.ts";
import { noise, tell } from "../aws/story/story.ts";

// The stacks' lives on an AWS that answers over time (test/aws/story.test.ts), in other times than the usual ones.
describe.each(["beta", "prod"])("the life of %s", (stack) => {
  test("whatever time each service takes, up to where the provider gives up", async () => {
    for (let seed = 1; seed <= 6; seed += 1) {
      const random = seededRandom(seed);
      const drawn = new Map<string, number>();
      const luck = (what: string) => {
        // Now and then a service takes as long as it may.
        if (!drawn.has(what)) drawn.set(what, random() < 0.2 ? 1 : random() ** 2);
        return drawn.get(what)!;
      };
      const told = await tell({ stack, luck, until: "flags again" });
      expect([seed, noise(told)]).toEqual([seed, []]);
    }
  });
});
