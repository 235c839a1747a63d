import { QUICK } from "../support/simulated-run.ts";
import type { Health, World } from "../support/simulated-world.ts";

/** The weather of a run: how the tracks are, and what they have. */
export interface Sky {
  name: string;
  /** Whether the candidate is sick, with traffic, at a moment (true milliseconds since the world began). */
  isSick: (afterMs: number) => boolean;
  prepare?: (world: World) => void;
  /** How long stable's servers are waited for in it, in milliseconds. */
  waitsMs?: number;
}

const never = () => false;

function healthBy(isSick: Sky["isSick"], began: number): Health {
  return (track, second) => ({ errors: track === "green" && isSick(second * 1000 - began) ? 0.4 : 0 });
}

/** @param afterMs when the candidate breaks */
function breaking(name: string, afterMs: number, prepare: Sky["prepare"] = () => {}): Sky {
  const isSick = (ms: number) => ms >= afterMs;
  return {
    name,
    isSick,
    prepare(world) {
      world.health = healthBy(isSick, world.now);
      prepare(world);
    },
  };
}

export const SKIES: readonly Sky[] = [
  { name: "all is well", isSick: never },
  breaking("the candidate is bad from the start", 0),
  breaking("the candidate breaks at its first step", 3_000),
  breaking("the candidate breaks at its last step", 8_500),
  {
    name: "both break",
    isSick: never,
    prepare(world) {
      const began = world.now / 1000;
      world.health = (_track, second) => ({ errors: second > began + 2 ? 0.4 : 0 });
    },
  },
  breaking("both break at the last step, where stable has no users", 8_500, (world) => {
    const began = world.now;
    world.serves = (track, now) => track !== "blue" || now < began + 8_500;
  }),
  {
    ...breaking("stable has lost servers, and no more can be had", 8_500, (world) => {
      world.later(7_500, () => {
        world.servers = { ...world.servers, blue: 1 };
        world.mostServers = 1;
      });
    }),
    waitsMs: QUICK.capacitySeconds * 1000,
  },
  {
    ...breaking("stable has lost servers, and they can be had again", 8_500, (world) => {
      world.later(7_500, () => {
        world.servers = { ...world.servers, blue: 1 };
      });
    }),
    waitsMs: QUICK.capacitySeconds * 1000,
  },
  {
    name: "the candidate has too few servers",
    isSick: never,
    prepare(world) {
      world.later(3_000, () => {
        world.servers = { ...world.servers, green: 1 };
        world.mostServers = 1;
      });
    },
  },
  {
    name: "nobody asks the candidate anything",
    isSick: never,
    prepare(world) {
      world.requestsPerSecond = 0;
    },
  },
  {
    name: "the rollout begins with a split that somebody left",
    isSick: never,
    prepare(world) {
      const left = { blue: 60, green: 40 };
      Object.assign(world, { config: left, state: left });
      world.move(left);
    },
  },
];
