import { isWhole, mustCarryNothing, sameWeights } from "../../rollout/core/weights.ts";
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
 * How a call goes wrong. `before` nothing is done, `within` half of it is, `after` all of it is and the answer is lost;
 * `silent`: it reports success and does nothing. `late`: it reports failure, and is done some seconds later; `again`: it is
 * done, and once more some seconds later. `stale`: what is read is some seconds old.
 */
export type How = "before" | "within" | "after" | "silent" | "late" | "again" | "stale";

/** A call that goes wrong: `nth` (from 0) and the `times - 1` after it. */
export interface Fault {
  call: keyof Platform;
  nth: number;
  times: number;
  how: How;
}

export type CallName = keyof Platform | "read" | "append";

/** Whoever has a hand in the calls: asked before each half of one. */
export type Interference = (call: CallName, half: number) => How | undefined | Promise<How | undefined>;

/** How much later or older, in milliseconds: longer than the longest pause between two tries. */
export const LATE_MS = 4_000;

/** What a machine says when its disk is full. */
export function noSpace(): Error {
  return Object.assign(new Error("ENOSPC: no space left on device, write"), { code: "ENOSPC" });
}

/** The platform's interface on a {@link World}, for one life of the controller. */
export function simulatedPlatform(life: Life, faults: readonly Fault[] | Interference = []): Platform {
  const { world } = life;
  const interfere = typeof faults === "function" ? faults : planned(faults);

  /** Runs the halves of a call, with a point before, between and after them. */
  async function call(name: keyof Platform, ...halves: (() => void)[]): Promise<How | undefined> {
    const how = await interfere(name, 0);
    world.advance(20);
    life.point();
    if (how === "before") throw new Error(`${name} is unreachable`);
    if (how === "late" || how === "again") world.later(LATE_MS, () => halves.forEach(attempt));
    if (how === "late") throw new Error(`${name} gave no answer in time`);
    for (const [i, half] of halves.entries()) {
      if (how === "within" && i === halves.length - 1) throw new Error(`${name} broke off`);
      if (i > 1) await interfere(name, i);
      if (how !== "silent") half();
      world.remember();
      life.point();
    }
    if (how === "after") throw new Error(`${name} gave no answer`);
    return how;
  }

  /** What the world is when it is read, or was. */
  const seen = (how: How | undefined) => (how === "stale" ? world.before(LATE_MS) : world.remember());

  async function act(name: keyof Platform, ...halves: (() => void)[]): Promise<void> {
    const last = world.journal.findLast(({ kind }) => kind === "intent");
    const id = life.intent ?? (last?.kind === "intent" ? String(last.id) : "none");
    let called = false;
    const first = () => {
      // What comes late, or twice, is the same call.
      if (!called) world.calls.push({ call: name, at: world.now, intent: id });
      called = true;
    };
    await call(name, first, ...halves);
  }

  const write = (weights: Weights, draining?: string) => () => {
    if (world.now < world.diskFullUntil) throw noSpace();
    world.config = { blue: 0, green: 0, ...weights };
    world.draining = { ...world.draining, config: draining };
    if (isWhole(weights)) world.led = { ...world.led, config: {} };
  };
  const move = (weights: Weights, draining?: string) => () => {
    if (!sameWeights(world.real, weights) || world.draining.real !== draining) world.move(weights, draining);
    if (isWhole(weights)) world.led = { ...world.led, real: {} };
  };
  const note = (weights: Weights, draining?: string) => () => {
    world.state = weights;
    world.draining = { ...world.draining, state: draining };
  };
  const addOnce = (list: string[], name: string) => () => {
    if (!list.includes(name)) list.push(name);
  };

  return {
    kind: "rehearsal",
    async readWeights() {
      const { config, state, real, stable, draining, led: cohorts } = seen(await call("readWeights"));
      return { config, state, real, stable, draining, cohorts };
    },
    async readRealWeights() {
      return seen(await call("readRealWeights")).real;
    },
    setWeights: (...to) => act("setWeights", write(...to), move(...to), note(...to)),
    setWeightsNow: (weights) => act("setWeightsNow", move(weights), write(weights), note(weights)),
    moveTraffic: (weights) => act("moveTraffic", move(weights)),
    setStable: (track) =>
      act("setStable", () => {
        if (world.now < world.diskFullUntil) throw noSpace();
        world.stable = track;
      }),
    setCohorts: (names, to) => {
      const lead = (place: "config" | "real") => () => {
        const others = Object.entries(world.led[place]).filter(([name]) => !names.includes(name));
        const led = to === "none" ? [] : names.map((name) => [name, to]);
        world.led = { ...world.led, [place]: Object.fromEntries([...others, ...led]) };
      };
      return act("setCohorts", lead("config"), lead("real"));
    },
    async capacity(track, share) {
      const { servers } = seen(await call("capacity"));
      const healthy = servers[track] ?? 0;
      const need = Math.max(1, Math.ceil(share / 50));
      return { asked: healthy, healthy, need, most: world.declaredMost, enough: healthy >= need };
    },
    restoreCapacity: (track, servers) =>
      act("restoreCapacity", () => {
        const wanted = Math.min(world.mostServers, Math.max(servers, world.servers[track] ?? 0));
        world.servers[track] = wanted;
      }),
    async backup(name) {
      await act("backup", addOnce(world.backups, name));
      return { id: name };
    },
    async migrate(track) {
      await act("migrate", addOnce(world.migrations, track));
      return "the migration of the test";
    },
    async contract(track) {
      await act("contract", () => world.contracts.push({ at: world.now, track }));
      return "the contraction of the test";
    },
    deploy: (track) =>
      act("deploy", () => {
        world.deployed.push(track);
        world.servers[track] = 2;
      }),
    async smoke(track) {
      const intent = world.journal.findLast(
        (entry) => entry.kind === "intent" && (!life.intent || life.intent === `${entry.id} of ${entry.by}`),
      );
      const open = life.intent === undefined ? world.journal.at(-1)?.kind === "intent" : life.intent !== null;
      // While another act is under way it is only a look.
      if (open && intent?.kind === "intent" && intent.act.do === "smoke") {
        await act("smoke");
        return world.smoke;
      }
      // No act of the rollout's, only a look at whether a track serves.
      await call("smoke");
      const passed = world.serves(track ?? "", world.now);
      return { passed, details: passed ? [] : ["database (GET /health): checks.database.ok is false"] };
    },
    async metrics(since) {
      const oldMs = (await call("metrics")) === "stale" ? LATE_MS : 0;
      // As in a rehearsal: stamped by the clock of the machine that counts.
      const ahead = Math.round((life.clock.now() - world.now) / 1000);
      const seconds = world
        .metricsSince(since - ahead)
        .filter(({ epochSecond }) => (epochSecond + 1) * 1000 <= world.now - oldMs)
        .map((second) => (ahead === 0 ? second : { ...second, epochSecond: second.epochSecond + ahead }));
      return { seconds, through: Math.floor((world.now - oldMs) / 1000) + ahead };
    },
    ...(world.alarms && {
      async alarms(track: string) {
        await call("alarms");
        return world.alarms?.(track, world.now) ?? [];
      },
    }),
    async drain(track) {
      const { real, draining, led } = seen(await call("readRealWeights"));
      mustCarryNothing(track, real, { draining: draining.real, led: led.real });
      await act("drain", () => {
        const held = world.draining.real === track ? 100 * world.held(0) : 0;
        world.drained.push(track);
        world.drains.push({ at: world.now, track, share: (world.real[track] ?? 0) + held });
        world.servers[track] = 0;
      });
    },
    journal: simulatedJournal(life, interfere),
  };
}

/** What is late may find that it can't be done any more. */
function attempt(half: () => void): void {
  try {
    half();
  } catch {}
}

function planned(faults: readonly Fault[]): Interference {
  const counts = new Map<string, number>();
  return (call, half) => {
    if (half > 0) return undefined;
    const nth = counts.get(call) ?? 0;
    counts.set(call, nth + 1);
    return faults.find((fault) => fault.call === call && nth >= fault.nth && nth < fault.nth + fault.times)
      ?.how;
  };
}

function simulatedJournal(life: Life, interfere: Interference): JournalStore {
  const { world } = life;
  const version = () => (world.journal.length === 0 ? null : String(world.journal.length));
  return {
    async read() {
      if ((await interfere("read", 0)) === "before") throw new Error("the journal can't be read");
      life.point();
      return { entries: [...world.journal], version: version() };
    },
    async append(entry: JournalEntry, expected) {
      const how = await interfere("append", 0);
      life.point();
      if (how === "before") throw new Error("the journal is unreachable");
      if (world.now < world.diskFullUntil) throw noSpace();
      if (expected !== version()) throw new JournalConflict();
      world.journal.push(JSON.parse(JSON.stringify(entry)));
      world.written.push(world.now);
      life.point();
      if (how === "after") throw new Error("the journal gave no answer");
      return version()!;
    },
    async lock(owner) {
      if (world.lockedBy !== undefined) throw new Held(world.lockedBy, world.now);
      world.lockedBy = owner;
      return {
        lost: life.ousted.signal,
        async release() {
          if (world.lockedBy === owner) world.lockedBy = undefined;
        },
      };
    },
  };
}
