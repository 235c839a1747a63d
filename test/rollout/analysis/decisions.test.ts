import { expect, test } from "vitest";
import { beginStep, learn, newGate } from "../../../rollout/analysis/gate.ts";
import type { GateSettings } from "../../../rollout/analysis/settings.ts";
import { verdictOf } from "../../../rollout/analysis/verdict.ts";
import { badOf, second, secondsToFail, seededRandom } from "./streams.ts";

// When a candidate is found out, to the second. Each constant of the method moves some of these: who changes one on purpose
// sees here what users gain and lose by it.

const HOUR = 3600;

interface Story {
  settings?: Partial<GateSettings>;
  /** Of stable before the rollout: so many intervals, and whether its errors come in bursts of eight. */
  past?: number;
  inBursts?: boolean;
  /** A healthy candidate's intervals in the rollout before it gets worse. */
  healthy?: number;
  /** Whether its traffic grows when it gets worse. */
  step?: boolean;
  /** Requests in an interval, and the bad share of them. */
  candidate: [requests: number, share: number];
  stable: [requests: number, share: number];
}

/** After how many intervals it fails, by which complaint; or how it stands after two hours. */
function told(story: Story): string {
  const { past = 2 * HOUR, healthy = 0, candidate, stable } = story;
  const random = seededRandom(7);
  const gate = newGate(story.settings);
  for (let i = 0; i < past; i++) learn(gate, stableOf(story, random));
  beginStep(gate);
  secondsToFail(gate, healthy, () => second(random, [candidate[0], 0.001], [stable[0], 0.001]));
  if (story.step) beginStep(gate);
  const after = secondsToFail(gate, 2 * HOUR, () => second(random, candidate, stable));
  if (after !== undefined) return `${after}, ${gate.complaint.what}`;
  const { hold, outcome } = verdictOf(gate, true);
  return hold ? "hold" : outcome;
}

function stableOf({ stable: [requests], inBursts }: Story, random: () => number) {
  if (inBursts) return { requests, bad: random() < (requests * 0.001) / 8 ? Math.min(requests, 8) : 0 };
  return { requests, bad: badOf(random, requests, 0.001) };
}

test.each<[string, string, Story]>([
  ["all requests fail", "5, worse than stable is and has been", { candidate: [3, 1], stable: [17, 0.001] }],
  ["half of them", "11, worse than stable is and has been", { candidate: [3, 0.5], stable: [17, 0.001] }],
  ["half of few", "23, worse than stable is and has been", { candidate: [1, 0.5], stable: [17, 0.001] }],
  ["one in twenty", "64, worse than stable is and has been", { candidate: [5, 0.05], stable: [15, 0.001] }],
  [
    "one in a hundred",
    "415, worse than stable is and has been",
    { candidate: [5, 0.01], stable: [15, 0.001] },
  ],
  [
    "one in two hundred, of many",
    "104, worse than stable is and has been",
    { candidate: [50, 0.005], stable: [50, 0.001] },
  ],
  ["all, with no past", "10, over the objective", { past: 0, candidate: [3, 1], stable: [17, 0.001] }],
  [
    "one in twenty, with no past",
    "182, worse than stable",
    { past: 0, candidate: [5, 0.05], stable: [15, 0.001] },
  ],
  [
    "a little past",
    "102, worse than stable is and has been",
    { past: 250, candidate: [5, 0.05], stable: [15, 0.001] },
  ],
  [
    "after an hour",
    "105, worse than stable is and has been",
    { healthy: HOUR, candidate: [5, 0.05], stable: [15, 0.001] },
  ],
  [
    "after an hour, with a step",
    "99, worse than stable is and has been",
    { healthy: HOUR, step: true, candidate: [5, 0.05], stable: [15, 0.001] },
  ],
  [
    "after three hours",
    "51, worse than stable is and has been",
    { healthy: 3 * HOUR, candidate: [5, 0.05], stable: [15, 0.001] },
  ],
  [
    "beside errors in bursts",
    "183, worse than stable is and has been",
    { inBursts: true, candidate: [5, 0.05], stable: [15, 0.001] },
  ],
  [
    "much, beside errors in bursts",
    "52, worse than stable is and has been",
    { inBursts: true, candidate: [5, 0.5], stable: [15, 0.001] },
  ],
  ["without stable's traffic", "88, over the objective", { candidate: [20, 0.05], stable: [0, 0] }],
  [
    "more traffic than stable",
    "136, worse than stable is and has been",
    { candidate: [60, 0.01], stable: [6, 0.001] },
  ],
  [
    "beside a stable that is bad too",
    "11, worse than stable is and has been",
    { candidate: [5, 0.6], stable: [15, 0.05] },
  ],
  ["both as bad", "hold", { candidate: [5, 0.3], stable: [15, 0.3] }],
  ["both a little over the objective", "hold", { candidate: [5, 0.02], stable: [15, 0.02] }],
  ["as well as stable", "pass", { candidate: [5, 0.001], stable: [15, 0.001] }],
  [
    "intervals of ten seconds",
    "8, worse than stable is and has been",
    { settings: { intervalSeconds: 10 }, past: 720, candidate: [50, 0.05], stable: [150, 0.001] },
  ],
  [
    "intervals of a minute",
    "2, worse than stable is and has been",
    { settings: { intervalSeconds: 60 }, past: 120, candidate: [300, 0.05], stable: [900, 0.001] },
  ],
])("%s: %s", (_, expected, story) => {
  expect(told(story)).toBe(expected);
});
