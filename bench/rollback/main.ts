import { setTimeout as sleep } from "node:timers/promises";
import { parseArgs } from "node:util";
import { stackSettings } from "../../rollout/config/settings.ts";
import { planOf } from "../../rollout/core/plan.ts";
import { percentile } from "../../rollout/load/tally.ts";
import { rehearse } from "../../rollout/platforms/rehearsal/index.ts";
import { freePort } from "../../rollout/platforms/rehearsal/machine/ports.ts";
import { rehearsalPlatform } from "../../rollout/platforms/rehearsal/rollout/platform.ts";
import type { ProjectCopy } from "../../rollout/tour/project-copy.ts";
import { type BenchPlace, benchInRehearsal } from "../rehearsal.ts";
import { WatchedLoad } from "./load.ts";
import { type Rollback, rollBackOnce } from "./once.ts";

// `npm run bench:rollback`: how long a bad candidate hurts. In the rehearsal, with the stack's own gates and bakes, the
// candidate begins to fail while it has 25 % of the traffic; from the first bad answer to the candidate's weight being 0
// on the balancer, read back. Exit code 1 when the median is 3 s or more.

const LIMIT_MS = 3000;

const number = (text: string) => ({ type: "string", default: text }) as const;
const { values } = parseArgs({
  options: {
    runs: number("5"),
    rate: number("300"),
    errors: number("0.2"),
    /** Seconds of stable's traffic before the first rollout: what is usual is learned from blocks of two minutes. */
    before: number("130"),
    stack: number("beta"),
  },
});
await benchInRehearsal(values.stack, bench);

async function bench(place: BenchPlace, copy: ProjectCopy): Promise<void> {
  const { stable, tracks, plan: configured } = stackSettings(place.projectDir, place.stack);
  const candidate = tracks.find(({ name }) => name !== stable)!.name;
  copy.setWeights({ ...Object.fromEntries(tracks.map(({ name }) => [name, 0])), [stable]: 100 });
  // The configured steps from 25 % on: bakes are as long as they are, as the gates spread their suspicion over them.
  const steps = configured.steps.filter(({ weight }) => weight >= 25);
  const plan = planOf({ ...configured, steps }, { keepSeconds: 0 });
  const { url, domain, caFile } = await rehearse.up({ ...place, port: await freePort() });
  const load = new WatchedLoad({ url, domain, caFile, ratePerSecond: Number(values.rate) });
  // Measuring begins with the first question, and goes on by itself.
  await rehearsalPlatform(place).metrics(0);
  await sleep(Number(values.before) * 1000);
  const runs: Rollback[] = [];
  for (let run = 1; run <= Number(values.runs); run += 1) {
    const rollback = await rollBackOnce(place, load, {
      rollout: `run-${run}`,
      stable,
      candidate,
      plan,
      errorRate: Number(values.errors),
      // Anywhere in a second, as the metrics are of whole ones.
      afterMs: 5000 + Math.round((1000 * (run - 0.5)) / Number(values.runs)),
    });
    runs.push(rollback);
    console.log(`run ${run}: ${textOf(rollback)}`);
  }
  await load.stop();
  const median = (of: (run: Rollback) => number) => percentile(Float64Array.from(runs, of).sort(), 0.5);
  const gone = median(({ goneMs }) => goneMs);
  console.log(
    `median of ${runs.length}: candidate at 0 after ${secondsText(gone)} (limit ${secondsText(LIMIT_MS)}), ` +
      `${median(({ failed }) => failed)} requests of users failed`,
  );
  process.exitCode = gone < LIMIT_MS ? 0 : 1;
}

function textOf({ decidedMs, goneMs, verifiedMs, failed, reason }: Rollback): string {
  return (
    `decided after ${secondsText(decidedMs)}, candidate at 0 after ${secondsText(goneMs)}, config and state too after ` +
    `${secondsText(verifiedMs)}, ${failed} requests of users failed (${reason})`
  );
}

function secondsText(milliseconds: number): string {
  return `${(milliseconds / 1000).toFixed(2)} s`;
}
