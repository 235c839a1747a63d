import { setTimeout as sleep } from "node:timers/promises";
import type { Weights } from "../core/weights.ts";
import { type LoadResult, type RunningLoad, startLoad } from "../load/load.ts";
import type { Shots } from "../load/requests/shot.ts";
import type { TourStop } from "./steps.ts";
import { header, rows } from "./table.ts";
import { complaintsOf, type JudgedStop, sharesOf } from "./verdict.ts";

/** What the tour needs of a platform that runs the stack. */
export interface TourPlatform {
  up(): Promise<TourStack>;
  /** Changes the config to this split and applies it. */
  shift(split: Weights): Promise<void>;
  down(): Promise<void>;
}

export interface TourStack {
  url: string;
  caFile: string;
  domain: string;
  /** As configured. */
  split: Weights;
  stable: string;
}

export interface TourOptions {
  ratePerSecond: number;
  /** The steps, from the configured split and its stable track. The first is not shifted to: it is what comes up. */
  steps: (configured: Weights, stable: string) => TourStop[];
  /** Of each step's bounds; default 0.99. */
  confidence?: number;
  seed?: number;
  /** What users do; by default what the sample app's do. */
  shots?: Shots | undefined;
  /** Connections are opened and code is compiled before the first step counts; default 1500 ms. */
  warmUpMs?: number;
  signal?: AbortSignal;
  /** Told the table, a line each. */
  say: (line: string) => void;
}

export interface TourStep extends JudgedStop {
  /** From the change of the config until it was applied, in milliseconds; 0 for the first. */
  shiftMs: number;
}

export interface TourResult {
  steps: TourStep[];
  load: LoadResult;
  /** Empty when nothing was lost and every split was within its bound. */
  complaints: string[];
}

/** As long as a request of the load may take. */
const MOST_WARMING_MS = 10_000;

/**
 * Brings a stack up, moves its split step by step under a load that never pauses, and takes it down, whatever happens.
 *
 * @throws {Error} of the platform when a step can't be done, or the signal's reason
 */
export async function tour(platform: TourPlatform, options: TourOptions): Promise<TourResult> {
  try {
    const stack = await platform.up();
    const { ratePerSecond, seed, shots } = options;
    const load = startLoad(
      { ...stack, ratePerSecond, ...(seed !== undefined && { seed }), ...(shots && { shots }) },
      "warm-up",
    );
    const { steps, result } = await underLoad(load, () => walk(platform, stack, load, options));
    return { steps, load: result, complaints: complaintsOf(steps, result) };
  } finally {
    await platform.down();
  }
}

/** Stops the load before anything else is stopped, also when the walk fails: that would count as loss. */
async function underLoad(load: RunningLoad, work: () => Promise<TourStep[]>) {
  const steps = await work().catch(async (error: unknown) => {
    await load.stop();
    throw error;
  });
  return { steps, result: await load.stop() };
}

async function walk(platform: TourPlatform, stack: TourStack, load: RunningLoad, options: TourOptions) {
  const { say, signal, steps } = options;
  const taken: TourStep[] = [];
  await sleep(options.warmUpMs ?? 1500, undefined, { signal });
  await keptUp(load, options);
  say(header());
  for (const [index, step] of steps(stack.split, stack.stable).entries()) {
    const start = performance.now();
    if (index > 0) await platform.shift(step.split);
    const shiftMs = performance.now() - start;
    const judged = await measure(load, step, options);
    for (const row of rows(judged)) say(row);
    taken.push({ ...judged, shiftMs });
  }
  return taken;
}

/** An app that loads itself with its first requests, or a busy machine, is given until the wait for answers is short. */
async function keptUp(load: RunningLoad, { ratePerSecond, signal }: TourOptions): Promise<void> {
  const last = performance.now() + MOST_WARMING_MS;
  const isBehind = ({ requests, inFlight }: { requests: number; inFlight: number }) =>
    requests === inFlight || inFlight > ratePerSecond / 2;
  while (isBehind(load.progress()) && performance.now() < last) await sleep(50, undefined, { signal });
}

/** Only what is sent after the shift and answered before the next belongs to a step. */
async function measure(
  load: RunningLoad,
  step: TourStop,
  { signal, confidence }: TourOptions,
): Promise<JudgedStop> {
  load.mark(step.name);
  await sleep(step.seconds * 1000, undefined, { signal });
  const phase = load.mark("shift");
  return { name: step.name, shares: sharesOf(phase, step.split, confidence ?? 0.99) };
}
