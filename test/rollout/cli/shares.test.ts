import { expect, test } from "vitest";
import { checkShares } from "../../../rollout/cli/rollout/shares.ts";

// A rollout brings all traffic to stable before its first step: whoever has a third track with users must be told before.

const check = (weights: Record<string, number>, candidate: string) => () =>
  checkShares(
    {
      stack: "beta",
      settings: {
        stable: "blue",
        tracks: Object.entries(weights).map(([name, weight]) => ({ name, weight })),
      },
    },
    candidate,
  );

test("a third track's share is nobody's to take in silence", () => {
  expect(check({ blue: 60, green: 30, canary: 10 }, "canary")).toThrow(
    "A rollout moves traffic between stable (blue) and the candidate (canary), and green has 30 %. Give that share to blue first: rollout shift --stack beta blue=100 green=0 canary=0",
  );
  expect(check({ blue: 99, green: 1, canary: 0 }, "canary")).toThrow("green has 1 %");
});

test.each([
  [{ blue: 60, canary: 40, green: 0 }, "canary"],
  [{ blue: 100, canary: 0, green: 0 }, "green"],
])("%j: a rollout of %s takes nobody's share", (weights, candidate) => {
  expect(check(weights, candidate)).not.toThrow();
});
