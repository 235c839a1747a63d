import { dirname } from "node:path";
import { parseArgs } from "node:util";
import type { Weights } from "../../rollout/core/weights.ts";
import { seededRandom, wholeBetween } from "../../rollout/load/random.ts";
import { percentile } from "../../rollout/load/tally.ts";
import { rehearsedStack } from "../../rollout/tour/rehearsed.ts";
import { candidateOf, type TourStop, withWeight } from "../../rollout/tour/steps.ts";
import { type TourResult, tour } from "../../rollout/tour/tour.ts";

// `npm run bench:shift`: what a shift costs the users. The beta stack is brought up on real servers and its split is
// changed in the config and applied, again and again, under an open-loop load over TLS. Exit code 1 when a request was
// lost or a split was outside its 99 % bound.

const number = (text: string) => ({ type: "string", default: text }) as const;
const { values } = parseArgs({
  options: { shifts: number("100"), rate: number("320"), seconds: number("1"), stack: number("beta") },
});
const shifts = Number(values.shifts);

const controller = new AbortController();
for (const signal of ["SIGINT", "SIGTERM"] as const) process.on(signal, () => controller.abort());

const projectDir = dirname(dirname(import.meta.dirname));
const { stack } = values;
const platform = rehearsedStack({ projectDir, stack, say: () => undefined, signal: controller.signal });
const result = await tour(platform, {
  ratePerSecond: Number(values.rate),
  steps: randomSteps,
  signal: controller.signal,
  say: () => undefined,
});
for (const line of report(result)) console.log(line);
process.exitCode = result.complaints.length ? 1 : 0;

/** The configured split, then random weights of the candidate, never the same twice in a row. */
function randomSteps(configured: Weights, stable: string): TourStop[] {
  const candidate = candidateOf(configured, stable);
  if (!candidate) throw new Error("a stack with one track has nothing to shift");
  const random = seededRandom(1);
  const seconds = Number(values.seconds);
  const steps: TourStop[] = [{ name: "as configured", split: configured, seconds }];
  for (let weight = configured[candidate]!; steps.length <= shifts; ) {
    weight = (weight + wholeBetween(random, 1, 100)) % 101;
    const split = withWeight(configured, stable, candidate, weight);
    steps.push({ name: `shift ${steps.length} to ${weight}`, split, seconds });
  }
  return steps;
}

function report({ steps, load, complaints }: TourResult): string[] {
  const shifted = steps.slice(1);
  const good = shifted.filter(({ shares }) => shares.every(({ within }) => within));
  const times = Float64Array.from(shifted, ({ shiftMs }) => shiftMs).sort();
  const seconds = (q: number) => `${(percentile(times, q) / 1000).toFixed(2)} s`;
  const tracks = Object.entries(load.tracks).map(
    ([track, { requests, p50, p95, p99 }]) =>
      `${track}: ${requests} requests, p50 ${p50.toFixed(1)} ms, p95 ${p95.toFixed(1)} ms, p99 ${p99.toFixed(1)} ms`,
  );
  return [
    `shifts                  ${shifted.length}`,
    `splits within 99 %      ${good.length}`,
    `requests                ${load.requests} (${(load.requests / load.seconds).toFixed(0)}/s over TLS)`,
    `lost                    ${load.lost}`,
    `shift, config to real   median ${seconds(0.5)}, p95 ${seconds(0.95)}`,
    ...tracks,
    ...complaints,
  ];
}
