import { sameWeights } from "../../rollout/core/weights.ts";
import { Held } from "../../rollout/platforms/held.ts";
import {
  JournalConflict,
  type JournalEntry,
  type JournalStore,
  type Platform,
  type Weights,
} from "../../rollout/platforms/platform.ts";
import type { Life } from "./simulated-world.ts";

/**
 * A call that goes wrong: `nth` (from 0) and the `times - 1` after it. `before` nothing is done, `within` half of it is,
 * `after` all of it is and the answer is lost; `silent`: it reports success and does nothing.
 */
export interface Fault {
  call: keyof Platform;
  nth: number;
  times: number;
  how: "before" | "within" | "after" | "silent";
}

/** The platform's interface on a {@link World}, for one life of the controller. */
export function simulatedPlatform(life: Life, faults: readonly Fault[] = []): Platform {
  const { world } = life;
  const counts = new Map<string, number>();

  /** Runs the halves of a call, with a point before, between and after them. */
  async function call(name: keyof Platform, ...halves: (() => void)[]): Promise<void> {
    const nth = counts.get(name) ?? 0;
    counts.set(name, nth + 1);
    const how = faults.find(
      (fault) => fault.call === name && nth >= fault.nth && nth < fault.nth + fault.times,
    )?.how;
    world.now += 20;
    life.point();
    if (how === "before") throw new Error(`${name} is unreachable`);
    for (const [i, half] of halves.entries()) {
      if (how === "within" && i === halves.length - 1) throw new Error(`${name} broke off`);
      if (how !== "silent") half();
      life.point();
    }
    if (how === "after") throw new Error(`${name} gave no answer`);
  }

  async function act(name: keyof Platform, ...halves: (() => void)[]): Promise<void> {
    const intent = world.journal.findLast(({ kind }) => kind === "intent");
    const id = intent?.kind === "intent" ? intent.id : -1;
    await call(name, () => world.calls.push({ call: name, at: world.now, intent: id }), ...halves);
  }

  const write = (weights: Weights) => () => {
    world.config = { blue: 0, green: 0, ...weights };
  };
  const move = (weights: Weights) => () => {
    if (!sameWeights(world.real, weights)) world.move(weights);
  };
  const note = (weights: Weights) => () => {
    world.state = weights;
  };
  const addOnce = (list: string[], name: string) => () => {
    if (!list.includes(name)) list.push(name);
  };

  return {
    kind: "rehearsal",
    async readWeights() {
      await call("readWeights");
      return { config: world.config, state: world.state, real: world.real };
    },
    async readRealWeights() {
      await call("readRealWeights");
      return world.real;
    },
    setWeights: (weights) => act("setWeights", write(weights), move(weights), note(weights)),
    setWeightsNow: (weights) => act("setWeightsNow", move(weights), write(weights), note(weights)),
    setStable: (track) =>
      act("setStable", () => {
        world.stable = track;
      }),
    async capacity(track, share) {
      await call("capacity");
      const healthy = world.servers[track] ?? 0;
      const need = Math.max(1, Math.ceil(share / 50));
      return { asked: healthy, healthy, need, most: world.declaredMost, enough: healthy >= need };
    },
    restoreCapacity: (track, servers) =>
      act("restoreCapacity", () => {
        world.servers[track] = Math.min(world.mostServers, Math.max(servers, world.servers[track] ?? 0));
      }),
    async backup(name) {
      await act("backup", addOnce(world.backups, name));
      return { id: name };
    },
    async migrate(name) {
      await act("migrate", addOnce(world.migrations, name));
      return "the migration of the test";
    },
    deploy: (track) =>
      act("deploy", () => {
        world.deployed.push(track);
        world.servers[track] = 2;
      }),
    async smoke(track) {
      const last = world.journal.at(-1);
      if (last?.kind === "intent") {
        await act("smoke");
        return world.smoke;
      }
      // No act of the rollout's, only a look at whether a track serves.
      await call("smoke");
      const passed = world.serves(track ?? "", world.now);
      return { passed, details: passed ? [] : ["database (GET /health): checks.database.ok is false"] };
    },
    async metrics(since) {
      await call("metrics");
      return { seconds: world.metricsSince(since), through: Math.floor(world.now / 1000) };
    },
    ...(world.alarms && {
      async alarms(track: string) {
        await call("alarms");
        return world.alarms?.(track, world.now) ?? [];
      },
    }),
    drain: (track) =>
      act("drain", () => {
        world.drained.push(track);
        world.servers[track] = 0;
      }),
    journal: simulatedJournal(life),
  };
}

function simulatedJournal(life: Life): JournalStore {
  const { world } = life;
  const version = () => (world.journal.length === 0 ? null : String(world.journal.length));
  return {
    async read() {
      life.point();
      return { entries: [...world.journal], version: version() };
    },
    async append(entry: JournalEntry, expected) {
      life.point();
      if (expected !== version()) throw new JournalConflict();
      world.journal.push(JSON.parse(JSON.stringify(entry)));
      life.point();
      return version()!;
    },
    async lock(owner) {
      if (world.lockedBy !== undefined) throw new Held(world.lockedBy, world.now);
      world.lockedBy = owner;
      return {
        lost: new AbortController().signal,
        async release() {
          world.lockedBy = undefined;
        },
      };
    },
  };
}
