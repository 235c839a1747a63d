import { describe, expect, test } from "vitest";
import { planOf } from "../../../rollout/core/plan.ts";
import { detectable } from "../../../rollout/run/gates/detectable.ts";

const plan = (bake: "5m" | "30m") =>
  planOf({
    steps: [
      { weight: 10, bake },
      { weight: 100, bake },
    ],
    gates: { errorRate: { max: 0.01 }, latency: { p95: "500ms" }, minRequests: 200 },
    freeze: [],
  });

describe("what a plan can find", () => {
  test("is found the sooner the worse it is and the more traffic there is", () => {
    const [busy] = detectable(plan("30m"), { requestsPerSecond: 300 }, [10, 50]);
    const [quiet] = detectable(plan("30m"), { requestsPerSecond: 100 }, [10, 50]);
    const seconds = ({ found }: NonNullable<typeof busy>) => found.map((each) => each.seconds!);
    expect(seconds(busy!)[0]).toBeGreaterThan(seconds(busy!)[1]!);
    expect(seconds(quiet!)[0]).toBeGreaterThan(seconds(busy!)[0]!);
    // Stable fails one in a thousand, so this one in twenty, at 30 requests a second.
    expect(seconds(busy!)[1]).toBeLessThan(120);
  });

  test("is told with how long a healthy candidate takes to pass, and that with too little traffic that is beyond its deadline", () => {
    const [enough] = detectable(plan("5m"), { requestsPerSecond: 300 }, []);
    expect(enough!.passes).toBeGreaterThan(6);
    expect(enough!.passes).toBeLessThan(300);
    const [few] = detectable(plan("5m"), { requestsPerSecond: 0.5 }, []);
    expect(few).toMatchObject({ weight: 10, bakeSeconds: 300, mostSeconds: 900 });
    expect(few!.passes).toBeGreaterThan(900);
    const [none] = detectable(plan("5m"), { requestsPerSecond: 0.01 }, []);
    expect(none!.passes).toBeUndefined();
  });

  test("is the same each time it is asked", () => {
    const ask = () => detectable(plan("5m"), { requestsPerSecond: 200 }, [50]);
    expect(ask()).toEqual(ask());
  });
});
