import { describe, expect, test } from "vitest";
import { SteadyTime } from "../../../rollout/clock.ts";
import { weightsText } from "../../../rollout/core/weights.ts";
import { planFor, play, type Script } from "../../support/simulated-run.ts";
import { World } from "../../support/simulated-world.ts";

// Whatever is done to the clock of the machine that runs a rollout, it sees what there is to see, and its times are as long as they say.

const plan = planFor([
  { weight: 25, bake: 20 },
  { weight: 100, bake: 20 },
]);
const BROKEN_AFTER = 12;

const MOVES = [
  ["ten minutes back", { set: -600 }],
  ["ten minutes on", { set: 600 }],
  ["three hours back", { set: -10_800 }],
  ["a day on", { set: 86_400 }],
  ["two seconds back, as a leap second smeared badly", { set: -2 }],
  ["a second on", { set: 1 }],
  ["suspended for an hour", { suspended: 3600 }],
] as const;

async function played(more: Partial<Script>, isBroken: boolean) {
  const world = new World();
  const began = world.now;
  if (isBroken)
    world.health = (track, second) => ({
      errors: track === "green" && second >= began / 1000 + BROKEN_AFTER ? 0.5 : 0,
    });
  const { result } = await play({ world, plan, ...more });
  const back = world.splits.find(({ at, weights }) => at > began && weightsText(weights) === "blue 100");
  return { world, outcome: result.outcome, backAfter: back && (back.at - began) / 1000 };
}

/** How long each step really lasted, in seconds. */
function bakesOf(world: World): number[] {
  const moves = world.splits.slice(1).map(({ at }) => at);
  const stable = world.calls.find(({ call }) => call === "setStable")?.at ?? Number.NaN;
  return [...moves, stable].slice(1).map((at, i) => (at - (moves[i] ?? 0)) / 1000);
}

describe("the clock of the controller's machine is set in a bake", () => {
  test.each(MOVES)("%s: a candidate that breaks is taken back as soon as otherwise", async (_, move) => {
    const control = await played({}, true);
    for (const after of [4, BROKEN_AFTER - 1, BROKEN_AFTER + 1]) {
      const { outcome, backAfter } = await played({ clocks: [{ after, ...move }] }, true);
      expect(outcome).toBe("rolled-back");
      const asleep = "suspended" in move ? move.suspended : 0;
      expect(backAfter, `set after ${after} s`).toBeLessThan((control.backAfter ?? 0) + asleep + 2.5);
    }
  });

  test.each(MOVES)("%s: no bake is shorter for it, or much longer", async (_, move) => {
    for (let after = 1; after < 44; after += 3) {
      const { world, outcome } = await played({ clocks: [{ after, ...move }] }, false);
      expect(outcome, `set after ${after} s`).toBe("promoted");
      for (const seconds of bakesOf(world)) {
        expect(seconds).toBeGreaterThanOrEqual(20);
        expect(seconds).toBeLessThan("suspended" in move ? 3_700 : 25);
      }
    }
  });

  test.each(MOVES)("%s, and then killed: its successor goes on", async (_, move) => {
    for (const crash of [60, 80, 100]) {
      for (const isBroken of [true, false]) {
        const { outcome, world } = await played(
          { clocks: [{ after: 6, ...move }], crashes: [crash] },
          isBroken,
        );
        expect(outcome, `killed at ${crash}`).toBe(isBroken ? "rolled-back" : "promoted");
        if (!isBroken) for (const seconds of bakesOf(world)) expect(seconds).toBeGreaterThanOrEqual(20);
        const [first = 0] = world.journal.map(({ at }) => at);
        const times = world.journal.map(({ at }) => at - first);
        expect(times, "the journal never goes back in time").toEqual(times.toSorted((a, b) => a - b));
      }
    }
  });

  test("a person's word from a machine that is an hour ahead moves no deadline", async () => {
    const { outcome, world } = await played(
      {
        clocks: [{ after: 5, set: 3600 }],
        commands: [
          { after: 7, command: "pause" },
          { after: 9, command: "resume" },
        ],
      },
      false,
    );
    expect(outcome).toBe("promoted");
    for (const seconds of bakesOf(world)) expect(seconds).toBeLessThan(25);
  });
});

describe("steady time", () => {
  function machine() {
    const at = { wall: 1_000_000, running: 50, up: 70, boot: "the first" };
    const pass = (ms: number) => {
      for (const key of ["wall", "running", "up"] as const) at[key] += ms;
    };
    const process = () =>
      new SteadyTime({
        wall: () => at.wall,
        running: () => at.running,
        up: () => at.up,
        boot: () => at.boot,
      });
    const time = process();
    return { at, pass, time, process };
  }

  test("is the machine's at the beginning", () => {
    expect(machine().time.now()).toBe(1_000_000);
  });

  test.each([-600_000, 600_000])("runs on when the clock is set by %d ms", (by) => {
    const { at, pass, time } = machine();
    pass(1_000);
    at.wall += by;
    pass(1_000);
    expect(time.now()).toBe(1_002_000);
  });

  test("counts what a machine slept, once", () => {
    const { at, pass, time } = machine();
    at.wall += 5_000;
    at.up += 5_000;
    pass(10);
    expect(time.now()).toBe(1_005_010);
    expect(time.now()).toBe(1_005_010);
  });

  test("of a process goes on where that of the one before it was, whatever was done to the clock", () => {
    for (const by of [-600_000, 600_000]) {
      const { at, pass, time, process } = machine();
      const [then, mark] = [time.now(), time.mark()];
      at.wall += by;
      pass(2_500);
      const next = process();
      next.goOn(then, mark);
      expect(next.now()).toBe(then + 2_500);
    }
  });

  test("isn't taken from a mark of another start, but is no earlier than what was told", () => {
    const { at, pass, time, process } = machine();
    const mark = time.mark();
    Object.assign(at, { boot: "the second", up: 10 });
    const next = process();
    next.goOn(1_060_000, mark);
    pass(500);
    expect(next.now()).toBe(1_060_500);
    next.goOn(1_060_000, mark);
    expect(next.now()).toBe(1_060_500);
  });
});
