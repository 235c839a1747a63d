import { describe, expect, test } from "vitest";
import { compare } from "../../../rollout/load/compare.ts";
import { seededRandom } from "../../../rollout/load/random.ts";
import { exampleRun } from "./example.ts";

const run = (seed: number, factor = 1, failed = 0) => exampleRun({ seed, factor, failed, seconds: 120 });
const says = (before: ReturnType<typeof run>, now: ReturnType<typeof run>) =>
  Object.fromEntries(compare(before, now).differences.map((each) => [each.figure, each.says]));

describe("two runs", () => {
  test("alike are within noise, about as often as the interval promises", () => {
    const wrong = Array.from({ length: 30 }, (_, n) => says(run(2 * n + 1), run(2 * n + 2))).filter(
      ({ p50, p95 }) => p50 !== "within noise" || p95 !== "within noise",
    );
    expect(wrong.length).toBeLessThanOrEqual(3);
  });
  test("of which one is half as slow again are told apart, either way", () => {
    expect(says(run(1), run(2, 1.5))).toMatchObject({ p50: "worse", p95: "worse", success: "within noise" });
    expect(says(run(1, 1.5), run(2))).toMatchObject({ p50: "better", p95: "better" });
    const [p50] = compare(run(1), run(2, 1.5)).differences;
    expect(p50!.change).toBeGreaterThan(1.3);
    expect(p50!.interval[0]).toBeGreaterThan(1);
  });
  test("of which one fails more are told apart", () => {
    expect(says(run(1), run(2, 1, 0.1))).toMatchObject({ success: "worse" });
    expect(says(run(1, 1, 0.1), run(2))).toMatchObject({ success: "better" });
  });
  test("a pause of one machine isn't a difference", () => {
    const paused = run(2);
    const random = seededRandom(9);
    // Two seconds in which every request waits: many slow ones, and one cause.
    for (const second of paused.timeline.slice(40, 42))
      second.latencies = second.latencies.map(() => 1000 + random());
    expect(says(run(1), paused)).toMatchObject({ p50: "within noise", p95: "within noise" });
  });
  test("that are too short say nothing", () => {
    expect(compare(exampleRun({ seed: 1, seconds: 5 }), run(2)).differences).toEqual([]);
  });
  test("of different kinds are compared with that said", () => {
    const other = { ...run(1), stack: "prod", generator: { ...run(1).generator, fellBehind: true } };
    expect(compare(other, run(2)).unlike).toEqual(["another stack", "a load that fell behind"]);
  });
});
