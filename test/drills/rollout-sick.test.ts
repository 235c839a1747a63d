import { readFileSync } from "node:fs";
import { setTimeout as sleep } from "node:timers/promises";
import { expect, it } from "vitest";
import { Onlooker } from "../../rollout/cli/rollout/look.ts";
import { weights } from "../../rollout/platforms/rehearsal/index.ts";
import { chooser, newcomers } from "../rehearsal/choosing-proxy.ts";
import { orderFaults } from "../rehearsal/faults.ts";
import { counted } from "../rehearsal/project.ts";
import { BLUE, planWith, rolloutWorld } from "../rehearsal/rollout-world.ts";

// What becomes of a rollout when something breaks while half of the traffic is on the candidate.

const world = rolloutWorld({ tracks: { blue: { weight: 100 }, green: { weight: 0 } } }, 150);
const { project } = world;
const plan = planWith({ half: 60 });

it("goes back when the candidate gets slow", async () => {
  const { done } = await world.halfway(plan);
  await orderFaults(project, "green", { latencyMs: 700, latencyRate: 0.5 });
  const { outcome, reason } = await done;
  await orderFaults(project, "green", {});
  expect(outcome).toBe("rolled-back");
  expect(reason).toMatch(/^(over 500 ms(?: while warming up)?|slower): /);
  expect(await world.platform.readWeights()).toMatchObject({ config: BLUE, state: BLUE, real: BLUE });
});

it("goes back when the candidate crashes, though no server is left to log it", async () => {
  const { done } = await world.halfway(plan);
  await world.kill("green");
  const { outcome, reason } = await done;
  expect(outcome).toBe("rolled-back");
  expect(reason).toMatch(/^errors: /);
  expect(await world.platform.readRealWeights()).toEqual(BLUE);
});

it("stops and shows the difference when somebody else moves the weights, and goes back on a person's word", async () => {
  const { done } = await world.halfway(plan);
  await weights(project).set({ blue: 10, green: 90 });
  await world.give("promote");
  expect(await world.last("stopped")).toMatchObject({
    reason: expect.stringContaining(
      "config blue 50 green 50, state blue 50 green 50, balancer blue 10 green 90",
    ),
  });
  await world.give("rollback");
  expect(await done).toEqual({
    outcome: "stopped",
    reason: "the rollback found other weights on the balancer: blue 10 green 90",
  });
  await world.give("restore");
  expect(await world.goOn()).toMatchObject({ outcome: "rolled-back" });
  expect(await world.platform.readWeights()).toMatchObject({ config: BLUE, state: BLUE, real: BLUE });
});

it("goes back when the candidate gets sick while a person is to decide whose weights hold", async () => {
  const { done } = await world.halfway(plan);
  await weights(project).set({ blue: 40, green: 60 });
  await world.give("promote");
  await world.last("stopped");
  await orderFaults(project, "green", { errorRate: 0.5 });
  const { outcome } = await done;
  await orderFaults(project, "green", {});
  expect(outcome).toBe("rolled-back");
  expect(await world.platform.readWeights()).toMatchObject({ config: BLUE, state: BLUE, real: BLUE });
});

it("holds and pages when both tracks are sick, and moves no load onto a sick stable", async () => {
  const { done } = await world.halfway(plan);
  await Promise.all(["blue", "green"].map((track) => orderFaults(project, track, { errorRate: 0.6 })));
  await world.last("hold");
  expect(await world.share()).toBe(50);
  await Promise.all(["blue", "green"].map((track) => orderFaults(project, track, {})));
  await world.give("rollback");
  expect(await done).toMatchObject({ outcome: "rolled-back" });
});

it("pauses when something before the balancer chooses the track of those who come, and goes on when a person accepts it", async () => {
  await world.anew();
  const { url, caFile } = world.status;
  const ca = readFileSync(caFile, "utf8");
  const { done } = await world.halfway(plan);
  // Answers that were under way when the weights changed are over by then.
  await sleep(6_000);
  const since = Math.floor(Date.now() / 1000);
  const begun = async () => {
    const { seconds } = await world.platform.metrics(since);
    const of = (track: string) =>
      seconds.reduce((sum, { tracks }) => sum + (tracks[track]?.sessions?.first ?? 0), 0);
    return { blue: of("blue"), green: of("green") };
  };
  // A load without cookies goes on all the time.
  await counted(url, ca, 200);
  await newcomers(url, ca, 60);
  const all = async () => Object.values(await begun()).reduce((sum, each) => sum + each, 0);
  await expect.poll(all, { timeout: 10_000 }).toBe(60);
  const { green } = await begun();
  expect(Math.abs(green - 30)).toBeLessThanOrEqual(15);
  expect(await world.kinds()).not.toContain("paused");

  const proxy = await chooser(url, ca, "green");
  await newcomers(proxy.url, ca, 60);
  await proxy.close();
  expect(await world.last("paused")).toMatchObject({
    about: "sessions",
    reason: expect.stringMatching(
      /^of the first visits \d+(\.\d)? % of \d+ came to green \(\d+\), 50 % were asked for, which chance doesn't explain/,
    ),
  });
  expect(await world.share()).toBe(50);
  const seen = await new Onlooker({ platform: world.platform, stack: "beta" }).look();
  expect(seen?.attention).toMatch(/^paused: of the first visits /);
  expect(seen?.gates.find(({ name }) => name === "first visits")).toMatchObject({ outcome: "wait" });
  expect(seen?.shares.sessions).toBeGreaterThanOrEqual(100);

  await world.give("resume");
  await sleep(3_000);
  expect((await world.kinds()).filter((kind) => kind === "paused")).toHaveLength(1);
  await world.give("rollback");
  expect(await done).toMatchObject({ outcome: "rolled-back" });
});
