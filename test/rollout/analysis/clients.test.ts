import { describe, expect, test } from "vitest";
import { type Gate, learn, newGate, observe } from "../../../rollout/analysis/gate.ts";
import { binomialBounds } from "../../../rollout/load/binomial.ts";
import { type Random, seededRandom } from "../../../rollout/load/random.ts";
import { badOf } from "./streams.ts";

// Where the platform tells clients apart, a handful of different ones is enough; one that fails ever so often isn't.

const counts = (requests: number, bad: number) => ({ requests, bad });

function experienced(random: Random, rate = 300): Gate {
  const gate = newGate();
  for (let i = 0; i < 3600; i++) {
    const stable = counts(rate, badOf(random, rate, 0.001));
    learn(gate, stable, stable);
  }
  return gate;
}

/** @param isClient whether each failure is another client's; else all are one's. @returns the failures until it is sent back */
function failuresUntilFound(seed: number, isClient: boolean): number | undefined {
  const random = seededRandom(seed);
  const gate = experienced(random);
  let failures = 0;
  for (let second = 0; second < 60; second++) {
    const [bad, theirs] = [badOf(random, 75, 0.2), badOf(random, 225, 0.001)];
    const first = failures === 0 ? Math.min(1, bad) : 0;
    failures += bad;
    const stable = counts(225, theirs);
    const clients = { candidate: counts(75, isClient ? bad : first), stable };
    observe(gate, { candidate: counts(75, bad), stable, clients });
    if (gate.failed) return failures;
  }
  return undefined;
}

describe("clients", () => {
  test("that differ are believed within a second, at 15 failures a second", () => {
    for (let seed = 1; seed <= 5; seed++) expect(failuresUntilFound(seed, true)).toBeLessThan(25);
  });

  test("that are one are believed as late as if none was told apart", () => {
    for (let seed = 1; seed <= 5; seed++) {
      const failures = failuresUntilFound(seed, false);
      expect(failures).toBeGreaterThan(25);
    }
  });

  test("of a healthy candidate don't send it back more often than is promised", () => {
    const days = 60;
    let failed = 0;
    for (let day = 0; day < days; day++) {
      const random = seededRandom(500 + day);
      const gate = newGate({ horizonSeconds: 3600 });
      for (let i = 0; i < 3600 && !gate.failed; i++) {
        const interval = {
          candidate: counts(5, badOf(random, 5, 0.01)),
          stable: counts(15, badOf(random, 15, 0.01)),
        };
        observe(gate, { ...interval, clients: interval });
      }
      if (gate.failed) failed++;
    }
    expect(failed).toBeLessThanOrEqual(binomialBounds(days, 0.01, 0.998).high);
  });

  test("aren't asked for where they aren't told", () => {
    const gate = newGate();
    observe(gate, { candidate: counts(5, 0), stable: counts(15, 0) });
    expect(gate.clients).toBeUndefined();
  });
});
