import { existsSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { nth } from "../../../infra/sure.ts";
import { Tail } from "../../platforms/rehearsal/machine/tail.ts";
import { answerIn } from "../../platforms/rehearsal/servers/answers.ts";
import type { Fact } from "../fact.ts";
import type { Percentiles } from "../sources.ts";

/**
 * How long each answer took, in milliseconds by track, from the servers' access logs (infra/host/nginx.ts). The time is
 * nginx's, so without the balancer's own part.
 */
export function answerTimes(logs: string, from: number, to: number): Map<string, number[]> {
  const times = new Map<string, number[]>();
  const tail = new Tail();
  for (const name of existsSync(logs) ? readdirSync(logs) : []) {
    if (!name.endsWith(".access.log")) continue;
    tail.read(join(logs, name), (line) => {
      const answer = answerIn(line);
      if (answer?.seconds === undefined) return;
      const at = Date.parse(answer.time);
      if (at < from || at >= to) return;
      const known = times.get(answer.track);
      if (known) known.push(answer.seconds * 1000);
      else times.set(answer.track, [answer.seconds * 1000]);
    });
  }
  return times;
}

/** Nearest rank: a time that was measured, with no interpolation (NIST/SEMATECH e-Handbook, 7.2.6.2). */
export function percentilesOf(times: readonly number[]): Fact<Percentiles> {
  if (times.length === 0) return { unknown: "no answer's time was logged" };
  const sorted = Float64Array.from(times).sort();
  // Whole percents, so that 0.95 * 20 isn't 19.000000000000004.
  const at = (percent: number) => nth(sorted, Math.max(0, Math.ceil((percent * sorted.length) / 100) - 1));
  return { p50: at(50), p95: at(95), p99: at(99) };
}
