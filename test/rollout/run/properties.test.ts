import fc from "fast-check";
import { expect, test } from "vitest";
import type { Command } from "../../../rollout/core/journal.ts";
import { checkWeights, sameWeights } from "../../../rollout/core/weights.ts";
import type { Fault } from "../../support/simulated-platform.ts";
import { type Played, planFor, play } from "../../support/simulated-run.ts";
import { type Health, World } from "../../support/simulated-world.ts";

// Random plans, weathers, faults, crashes and words of people; what must hold in all of them.

const steps = fc
  .tuple(
    fc.uniqueArray(fc.integer({ min: 1, max: 99 }), { maxLength: 3 }),
    fc.array(fc.integer({ min: 0, max: 8 }), { minLength: 4, maxLength: 4 }),
  )
  .map(([weights, bakes]) =>
    [...weights.sort((a, b) => a - b), 100].map((weight, i) => ({ weight, bake: bakes[i]! })),
  );

const weather = fc.record({
  kind: fc.constantFrom("well", "sick", "both", "slow", "late"),
  after: fc.integer({ min: 0, max: 25 }),
});

function healthOf({ kind, after }: { kind: string; after: number }, began: number): Health {
  return (track, second) => {
    const bad = track === "green" && (kind !== "late" || second > began + after);
    if (kind === "well" || (kind !== "both" && !bad)) return { errors: 0.001 };
    return kind === "slow" ? { errors: 0, slow: 0.3 } : { errors: 0.3 };
  };
}

const fault: fc.Arbitrary<Fault> = fc.record({
  call: fc.constantFrom(
    ...([
      "readWeights",
      "readRealWeights",
      "setWeights",
      "setWeightsNow",
      "setStable",
      "capacity",
      "restoreCapacity",
    ] as const),
    ...(["backup", "migrate", "deploy", "smoke", "metrics", "drain"] as const),
  ),
  nth: fc.integer({ min: 0, max: 6 }),
  times: fc.constantFrom(1, 2, 4, 1000),
  how: fc.constantFrom("before" as const, "within" as const, "after" as const, "silent" as const),
});

const commands = fc
  .array(
    fc.record({
      after: fc.integer({ min: 0, max: 40 }),
      command: fc.constantFrom<Command>("pause", "resume", "promote", "rollback", "adopt", "restore"),
    }),
    { maxLength: 4 },
  )
  .map((list) => list.sort((a, b) => a.after - b.after));

const drain = fc.option(
  fc.record({ mostSeconds: fc.integer({ min: 1, max: 15 }), idleSeconds: fc.integer({ min: 1, max: 10 }) }),
  { nil: undefined },
);

const story = fc.record({
  steps,
  drain,
  weather,
  faults: fc.array(fault, { maxLength: 3 }),
  crashes: fc.array(fc.integer({ min: 0, max: 120 }), { maxLength: 4 }),
  commands,
  meddling: fc.array(
    fc.record({ after: fc.integer({ min: 0, max: 40 }), share: fc.integer({ min: 0, max: 100 }) }),
    { maxLength: 1 },
  ),
  requestsPerSecond: fc.constantFrom(0, 20, 200),
  servers: fc.record({ blue: fc.integer({ min: 0, max: 3 }), green: fc.integer({ min: 0, max: 3 }) }),
  mostServers: fc.integer({ min: 0, max: 4 }),
  serves: fc.boolean(),
  seed: fc.integer(),
});

test("whatever happens", { timeout: 60_000 }, async () => {
  const runs = Number(process.env.PROPERTY_RUNS ?? 300);
  await fc.assert(
    fc.asyncProperty(story, async (told) => {
      const world = new World({ seed: told.seed });
      const { steps: _, weather: sky, drain: drained, ...settings } = told;
      const plan = { ...planFor(told.steps), ...(drained && { drain: drained }) };
      world.held = (afterMs) => (afterMs < 8_000 ? 0.3 : 0);
      Object.assign(world, {
        requestsPerSecond: settings.requestsPerSecond,
        servers: { ...settings.servers },
        mostServers: settings.mostServers,
        serves: () => settings.serves,
      });
      world.health = healthOf(sky, world.now / 1000);
      // That it returns at all is the first property: every run ends.
      const played = await play({ world, plan, ...settings });
      weightsSum(world);
      oneActForOneIntent(world);
      actsAreIntended(world);
      endIsWhatItSays(world, played);
    }),
    { numRuns: runs },
  );
});

function weightsSum(world: World): void {
  for (const { weights } of world.splits) checkWeights(weights);
  checkWeights(world.config);
}

function oneActForOneIntent(world: World): void {
  const acts = world.calls.map(({ intent }) => intent);
  expect(new Set(acts).size).toBe(acts.length);
}

/** An intent is open until its end: no second one begins before. */
function actsAreIntended(world: World): void {
  let open: number | undefined;
  for (const [i, entry] of world.journal.entries()) {
    if (entry.kind === "intent") {
      expect(open).toBeUndefined();
      expect(entry.id).toBe(i);
      open = entry.id;
    } else if (entry.kind === "done" || entry.kind === "failed" || entry.kind === "lost") {
      expect(entry.id).toBe(open);
      open = undefined;
    }
  }
}

function endIsWhatItSays(world: World, { result, told }: Played): void {
  if (result.outcome === "stopped") {
    // After a drift it watches on, and hears.
    const since = ["command", "hold", "released"];
    const last = told.findLast(({ entry }) => !since.includes(entry.kind));
    expect(last).toMatchObject({ how: "page", entry: { kind: "stopped" } });
    return;
  }
  const track = result.outcome === "promoted" ? "green" : "blue";
  expect(world.real).toEqual(sameWeights(world.real, { [track]: 100 }) ? world.real : { [track]: 100 });
  expect(sameWeights(world.config, world.real)).toBe(true);
  expect(sameWeights(world.state, world.real)).toBe(true);
  expect(world.draining).toEqual({});
}
