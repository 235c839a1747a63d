import { Worker } from "node:worker_threads";
import { RIVALS } from "./rivals.ts";
import { FALSE_ALARM, type Outcome, RATES, type Scenario } from "./scenario.ts";
import { type Lost, printOutcome } from "./table.ts";

/**
 * Our gates beside the rules of Flagger, Argo Rollouts and Kayenta on the same simulated streams.
 * `npm run bench:analysis`: some ten minutes on two cores; `-- --quick`: fewer days, two minutes, and so noisier.
 */
const THREADS = 2;
const quick = process.argv.includes("--quick");
const size = quick ? { tuning: 500, healthy: 100, worse: 40 } : { tuning: 1000, healthy: 1000, worse: 200 };

const scenarios: Scenario[] = RATES.flatMap((rate) =>
  (["independent", "bursty"] as const).map((errors) => ({ errors, rate, ...size })),
);
const started = performance.now();
const outcomes = await playAll(scenarios);

console.log(
  `healthy error rate 0.1 %, candidate with a quarter of the traffic; rivals tuned to ${100 * FALSE_ALARM} % false rollbacks in 24 h,` +
    " ours at its default settings (1 % at most)",
);
const tuned = new Set(RIVALS.filter((rival) => rival.tuned).map(({ name }) => name));
const lost: Lost[] = outcomes.flatMap((outcome) => printOutcome(outcome, tuned));
summarise(lost);
console.log(`\n${((performance.now() - started) / 1000).toFixed(0)} s`);

/** Plays the scenarios on a few threads; the results come in the scenarios' order. */
async function playAll(scenarios: readonly Scenario[]): Promise<Outcome[]> {
  const outcomes: Outcome[] = [];
  let next = 0;
  const threads = Array.from({ length: THREADS }, async () => {
    const worker = new Worker(new URL("./worker.ts", import.meta.url));
    while (next < scenarios.length) {
      const index = next++;
      outcomes[index] = await new Promise<Outcome>((resolve, reject) => {
        worker.once("message", resolve).once("error", reject);
        worker.postMessage(scenarios[index]);
      });
      worker.removeAllListeners("error");
    }
    await worker.terminate();
  });
  await Promise.all(threads);
  return outcomes;
}

/** Ahead: fewer misses beyond two standard errors, or as many and fewer requests by more than 5 %, at the median or the 95th percentile. */
function summarise(lost: readonly Lost[]): void {
  const recut = new Set(RIVALS.filter((rival) => rival.recut).map(({ name }) => name));
  const all = scenarios.length * 10;
  const rows = (some: readonly Lost[]) => all - new Set(some.map(({ row }) => row)).size;
  console.log("\n## At a false-alarm rate of 1 % no rival is ahead of us");
  console.log(
    `  in ${rows(lost.filter(({ to }) => !recut.has(to)))} of ${all} rows: the documented rules, their thresholds tuned`,
  );
  console.log(`  in ${rows(lost)} of ${all} rows: also with other counts of failed checks, tuned`);
  for (const { row, to, how } of lost) console.log(`  lost: ${row}: to ${to} (${how})`);
}
