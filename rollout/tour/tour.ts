import { setTimeout as sleep } from "node:timers/promises";
import { type LoadResult, type RunningLoad, startLoad } from "../load/load.ts";
import { type Split, type Step, stepsOf } from "./steps.ts";
import { header, rows } from "./table.ts";
import { complaintsOf, type Judged, sharesOf } from "./verdict.ts";

/** What the tour needs of a platform that runs the stack. */
export interface TourPlatform {
  up(): Promise<TourStack>;
  /** Changes the config to this split and applies it. */
  shift(split: Split): Promise<void>;
  down(): Promise<void>;
}

export interface TourStack {
  url: string;
  caFile: string;
  domain: string;
  /** As configured. */
  split: Split;
  stable: string;
}

export interface TourOptions {
  ratePerSecond: number;
  /** How long each step is measured; the first twice as long. */
  secondsPerStep: number;
  /** Of each step's bounds. */
  confidence?: number;
  seed?: number;
  signal?: AbortSignal;
  /** Told the table, a line each. */
  say: (line: string) => void;
}

export interface TourResult {
  steps: Judged[];
  load: LoadResult;
  /** Empty when nothing was lost and every split was within its bound. */
  complaints: string[];
}

/** Connections are opened and code is compiled before the first step counts, in milliseconds. */
const warmUp = 1500;

/**
 * Brings a stack up, moves its split step by step under a load that never pauses, and takes it down, whatever happens.
 *
 * @throws {Error} of the platform when a step can't be done, or the signal's reason
 */
export async function tour(platform: TourPlatform, options: TourOptions): Promise<TourResult> {
  try {
    const stack = await platform.up();
    const { ratePerSecond, seed } = options;
    const load = startLoad({ ...stack, ratePerSecond, ...(seed === undefined ? {} : { seed }) }, "warm-up");
    const { steps, result } = await underLoad(load, () => walk(platform, stack, load, options));
    return { steps, load: result, complaints: complaintsOf(steps, result) };
  } finally {
    await platform.down();
  }
}

/** Stops the load before anything else is stopped, also when the walk fails: that would count as loss. */
async function underLoad(load: RunningLoad, work: () => Promise<Judged[]>) {
  let result: LoadResult | undefined;
  try {
    const steps = await work();
    result = await load.stop();
    return { steps, result };
  } finally {
    if (!result) await load.stop();
  }
}

async function walk(platform: TourPlatform, stack: TourStack, load: RunningLoad, options: TourOptions) {
  const { say, signal, secondsPerStep } = options;
  const judged: Judged[] = [];
  await sleep(warmUp, undefined, { signal });
  say(header());
  for (const [index, step] of stepsOf(stack.split, stack.stable, secondsPerStep).entries()) {
    if (index > 0) await platform.shift(step.split);
    const measured = await measure(load, step, options);
    for (const row of rows(measured)) say(row);
    judged.push(measured);
  }
  return judged;
}

/** Only what is sent after the shift and answered before the next belongs to a step. */
async function measure(
  load: RunningLoad,
  { name, split, seconds }: Step,
  options: TourOptions,
): Promise<Judged> {
  load.mark(name);
  await sleep(seconds * 1000, undefined, { signal: options.signal });
  return { name, shares: sharesOf(load.mark("shift"), split, options.confidence ?? 0.99) };
}
