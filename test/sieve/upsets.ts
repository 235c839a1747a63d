import { split } from "../../rollout/core/weights.ts";
import { give } from "../../rollout/run/command.ts";
import { type CallName, type How, simulatedPlatform } from "../support/simulated-platform.ts";
import { Life, type World } from "../support/simulated-world.ts";

/** What an upset can do: to the call, to the controller's process, to the world. */
export interface Stage {
  readonly world: World;
  readonly life: Life;
  /** By when all of what an upset holds up has passed, in milliseconds of its own. */
  hold(milliseconds: number): void;
  /** The controller dies here, as by `kill -9`. */
  kill(): void;
  /** Reads fail for a while. */
  throttle(milliseconds: number): void;
  /**
   * Another controller takes over and makes so many calls; then this one goes on to its end, and the other after it.
   *
   * @param knows whether this one is told that its lock is lost
   */
  takeOver(calls: number, knows: boolean): Promise<void>;
  /** The candidate breaks. */
  breakCandidate(): void;
}

export interface Kind {
  name: string;
  do(stage: Stage): How | undefined | Promise<How | undefined>;
}

const how = (name: How): Kind => ({
  name,
  do(stage) {
    // Until what is late has come, and the pause after it.
    stage.hold(10_000);
    return name;
  },
});

const kind = (name: string, what: (stage: Stage) => void | Promise<void>): Kind => ({
  name,
  async do(stage) {
    await what(stage);
    return undefined;
  },
});

const command = (word: "pause" | "promote" | "rollback"): Kind =>
  kind(`somebody says ${word}`, async ({ world, hold }) => {
    hold({ pause: 25_000, promote: 2_000, rollback: 15_000 }[word]);
    const hand = new Life(world);
    await give(simulatedPlatform(hand), hand.clock, word, "ana").catch(() => {});
  });

const setClock = (name: string, seconds: number): Kind =>
  kind(name, ({ world }) => {
    world.clockAheadMs += seconds * 1000;
  });

const ANYWHERE: readonly Kind[] = [
  kind("killed", (stage) => stage.kill()),
  kind("the process stands still for a minute", ({ world, hold }) => {
    hold(60_000);
    world.advance(60_000);
  }),
  kind("the machine is suspended for an hour", ({ world, hold }) => {
    hold(3_600_000);
    world.suspendedMs += 3_600_000;
    world.advance(3_600_000);
  }),
  setClock("the clock is set back", -600),
  setClock("the clock is set on", 600),
  kind("another takes over, and is done first", (stage) => stage.takeOver(Number.POSITIVE_INFINITY, true)),
  kind("another takes over unnoticed, and is done first", (stage) =>
    stage.takeOver(Number.POSITIVE_INFINITY, false),
  ),
  kind("another takes over unnoticed, and both go on", (stage) => stage.takeOver(6, false)),
  kind("another takes over, and both go on", (stage) => stage.takeOver(15, true)),
  kind("somebody moves the weights", ({ world, hold }) => {
    hold(45_000);
    world.meddled.push(world.now);
    world.move(split("blue", "green", 30));
  }),
  kind("the candidate breaks", (stage) => stage.breakCandidate()),
  kind("the disk is full for a while", ({ world, hold }) => {
    hold(15_000);
    world.diskFullUntil = Math.max(world.diskFullUntil, world.now + 8_000);
  }),
  kind("the disk is full for good", ({ world }) => {
    world.diskFullUntil = Number.POSITIVE_INFINITY;
  }),
  ...(["pause", "promote", "rollback"] as const).map(command),
];

const READ: readonly Kind[] = [
  how("before"),
  how("stale"),
  kind("reads are throttled for a while", (stage) => {
    stage.hold(14_000);
    stage.throttle(10_000);
  }),
  kind("reads are throttled for good", (stage) => {
    stage.hold(600_000);
    stage.throttle(600_000);
  }),
];

const ACT: readonly Kind[] = (["before", "within", "after", "silent", "late", "again"] as const).map(how);

const JOURNAL: readonly Kind[] = [how("before"), how("after")];

const READS = new Set<CallName>(["readWeights", "readRealWeights", "capacity", "smoke", "metrics", "alarms"]);

/** What can go wrong with a call, and around it. */
export function kindsFor(call: CallName, half: number): readonly Kind[] {
  if (half > 0) return ANYWHERE;
  return [...ANYWHERE, ...(isRead(call) ? READ : call === "append" || call === "read" ? JOURNAL : ACT)];
}

export function isRead(call: CallName): boolean {
  return READS.has(call);
}
