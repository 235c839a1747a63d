import { expect, test } from "vitest";
import { violations } from "../../sieve/invariants.ts";
import { play } from "../../sieve/play.ts";
import { type Schedule, SINGLES, scheduleOf } from "../../sieve/schedule.ts";
import { SKIES } from "../../sieve/skies.ts";

// `npm run sieve` plays a million; here each single upset is played that a shuffled part has, and as many pairs.
const COUNT = 10_000;

test("whatever goes wrong in a rollout, at whatever point, no rule is broken", {
  timeout: 120_000,
}, async () => {
  const seeds = Array.from({ length: COUNT }, (_, i) => (i % 2 === 0 ? i : SINGLES + i));
  for (const seed of seeds) {
    const broken = violations(await play(scheduleOf(seed)));
    expect(broken, `npm run sieve -- --seed ${seed}`).toEqual([]);
  }
});

test.each(SKIES)("under the sky $name it ends by itself as it should", async (sky) => {
  const story = await play({ sky, upsets: [] });
  expect(violations(story)).toEqual([]);
  const ends: Record<string, string> = {
    "all is well": "promoted",
    "the rollout begins with a split that somebody left": "promoted",
    "both break": "stopped",
    "both break at the last step, where stable has no users": "stopped",
    "stable has lost servers, and no more can be had": "stopped",
    "the candidate has too few servers": "stopped",
    "nobody asks the candidate anything": "stopped",
  };
  expect(story.endings.map(({ result }) => result?.outcome)).toEqual([ends[sky.name] ?? "rolled-back"]);
});

test("each single upset is among the schedules, once", () => {
  const texts = new Set<string>();
  const text = ({ sky, upsets }: Schedule) => `${sky.name} ${JSON.stringify(upsets)}`;
  for (let number = 0; number < SINGLES; number += 1) texts.add(text(scheduleOf(number)));
  expect(texts.size).toBe(SINGLES);
});

// The rules must see what is wrong, or a million schedules that break none mean nothing.
test.each([
  ["weights that don't sum to 100", "weights must sum to 100, they sum to 110"],
  ["an act that is done twice", "was acted upon twice"],
  ["a candidate that is left sick", "the sick candidate kept"],
  ["a drain under traffic", "was drained with 50 % of the traffic"],
  ["a drain that is cut short", "sessions were kept for 1 s of 4 s"],
  ["a drain without end", "sessions were kept for"],
  ["sessions that are left behind", "blue keeps sessions by state"],
  ["an end that isn't so", "but the config has"],
  ["a step that is cut short", "a step was passed after"],
  ["a stop that nobody hears of", "nobody was told"],
  ["a time that goes back", "is older than the one before it"],
  ["what stable needs, gone too early", "what blue needs was taken away at 50 % of its traffic"],
])("%s is seen", async (what, rule) => {
  const sky = SKIES.find(
    ({ name }) => name === (what.includes("sick") ? "the candidate is bad from the start" : "all is well"),
  )!;
  const story = await play({ sky, upsets: [] });
  const { world } = story;
  if (what.startsWith("weights")) world.splits.push({ at: world.now, weights: { blue: 100, green: 10 } });
  if (what.startsWith("an act")) world.calls.push(world.calls[0]!);
  if (what.startsWith("a candidate")) {
    world.splits.splice(2);
    world.now += 60_000;
  }
  const drained = world.splits.findIndex(({ draining }) => draining !== undefined);
  if (what.endsWith("cut short") && what.startsWith("a drain"))
    world.splits[drained + 1]!.at = world.splits[drained]!.at + 1_000;
  if (what.endsWith("without end")) {
    world.splits.splice(drained + 1);
    world.now += 60_000;
  }
  if (what.startsWith("sessions")) world.draining = { ...world.draining, state: "blue" };
  if (what.endsWith("under traffic")) world.drains.push({ at: world.now, track: "blue", share: 50 });
  if (what.startsWith("an end")) world.config = { blue: 100 };
  if (what.startsWith("a step")) story.passed.push(world.splits[drained]!.at + 1_000);
  if (what.startsWith("a stop"))
    story.endings.push({ at: world.now, result: { outcome: "stopped", reason: "" } });
  if (what.startsWith("what stable needs"))
    world.contracts.push({ at: world.splits[drained]!.at - 1_000, track: "green" });
  if (what.startsWith("a time")) world.journal.push({ ...world.journal[0]!, at: 1 });
  expect(violations(story).join("; ")).toContain(rule);
});
