import type { JournalEntry, Note } from "../../../rollout/core/journal.ts";
import { planOf } from "../../../rollout/core/plan.ts";
import type { MetricSecond } from "../../../rollout/core/verdict.ts";
import { seededRandom } from "../../../rollout/load/random.ts";

export const BEGUN = Date.UTC(2026, 10, 21, 12, 0, 0);

export const plan = planOf({
  steps: [
    { weight: 10, bake: "2m" },
    { weight: 25, bake: "2m" },
    { weight: 100, bake: "5m" },
  ],
  gates: { errorRate: { max: 0.01 }, latency: { p95: "500ms" }, minRequests: 100 },
  freeze: [],
});

/** A rollout that fails at its second step: `[seconds since the begin, what]`. */
const NOTES: [number, Note][] = [
  [0, { kind: "begin", rollout: "green-20261121", stable: "blue", candidate: "green", plan }],
  [1, { kind: "verified", weights: { blue: 100 } }],
  [1, { kind: "intent", id: 2, act: { do: "backup", name: "green-20261121" } }],
  [3, { kind: "done", id: 2, result: { backup: "backups/green.dump" } }],
  [3, { kind: "intent", id: 4, act: { do: "migrate", name: "green-20261121", track: "green" } }],
  [3, { kind: "done", id: 4 }],
  [3, { kind: "intent", id: 6, act: { do: "deploy", track: "green" } }],
  [9, { kind: "done", id: 6 }],
  [9, { kind: "intent", id: 8, act: { do: "smoke", track: "green" } }],
  [10, { kind: "done", id: 8, result: { passed: true, details: ["/health: ok", "/: ok"] } }],
  [10, { kind: "intent", id: 10, act: { do: "weights", weights: { blue: 90, green: 10 } } }],
  [12, { kind: "done", id: 10 }],
  [13, { kind: "verified", weights: { blue: 90, green: 10 } }],
  [134, { kind: "passed", step: 0, reason: "errors: no worse than stable", skipped: false }],
  [134, { kind: "intent", id: 14, act: { do: "weights", weights: { blue: 75, green: 25 } } }],
  [136, { kind: "done", id: 14 }],
  [137, { kind: "verified", weights: { blue: 75, green: 25 } }],
];

const BACK: [number, Note][] = [
  [160, { kind: "rollback", reason: "errors: worse than stable: 5 % </script><b>&" }],
  [160, { kind: "intent", id: 18, act: { do: "weights-now", weights: { blue: 100 } } }],
  [161, { kind: "done", id: 18 }],
  [162, { kind: "verified", weights: { blue: 100 } }],
  [190, { kind: "ended", outcome: "rolled-back", reason: "errors: worse than stable: 5 %" }],
];

function entries(notes: [number, Note][]): JournalEntry[] {
  return notes.map(([second, note]) => ({ ...note, at: BEGUN + second * 1000, by: "ann@host" }));
}

const ON: [number, Note][] = [
  [300, { kind: "passed", step: 1, reason: "errors: no worse than stable", skipped: false }],
  [300, { kind: "intent", id: 18, act: { do: "weights", weights: { green: 100 } } }],
  [301, { kind: "done", id: 18 }],
  [302, { kind: "verified", weights: { green: 100 } }],
  [603, { kind: "passed", step: 2, reason: "errors: no worse than stable", skipped: false }],
  [603, { kind: "intent", id: 22, act: { do: "stable", track: "green" } }],
  [604, { kind: "done", id: 22 }],
  [900, { kind: "ended", outcome: "promoted", reason: "all steps passed" }],
];

/** While its second step bakes. */
export const baking = entries(NOTES);
/** To its end. */
export const rolledBack = entries([...NOTES, ...BACK]);
/** The other end. */
export const promoted = entries([...NOTES, ...ON]);

/** Three hundred requests a second with 0.1 % errors; from the 150th second on the candidate answers 5 % errors. */
export function traffic(until: number): MetricSecond[] {
  const random = seededRandom(7);
  const draw = (requests: number, share: number) =>
    Array.from({ length: requests }, random).filter((each) => each < share).length;
  return Array.from({ length: until + 60 }, (_, index) => {
    const second = index - 60;
    const share = second < 11 || second >= 161 ? 0 : second < 135 ? 0.1 : 0.25;
    const candidate = Math.round(300 * share);
    const stable = 300 - candidate;
    return {
      epochSecond: BEGUN / 1000 + second,
      tracks: {
        blue: { requests: stable, errors: draw(stable, 0.001), slow: draw(stable, 0.01) },
        green: {
          requests: candidate,
          errors: draw(candidate, second < 150 ? 0.001 : 0.05),
          slow: draw(candidate, 0.012),
        },
      },
    };
  });
}
