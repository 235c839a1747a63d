import { parseArgs } from "node:util";
import { type Duration, milliseconds } from "../../infra/settings/duration.ts";
import { chaos } from "./chaos.ts";

/**
 * `npm run chaos -- [--for 1h] [--seed N]`: rollouts on real servers under load, good and bad versions in turn, while the machine that
 * runs them fails at random times: kills, pauses, full disks, set clocks, edits, a balancer that can't be reached. Exits
 * with 1 when a bad version was promoted, a good one wasn't, a request was lost, or the stack isn't clean at the end.
 */
const { values } = parseArgs({
  options: {
    for: { type: "string", default: "3m" },
    seed: { type: "string", default: String(Date.now() % 100_000) },
  },
});

const result = await chaos(milliseconds(values.for as Duration), Number(values.seed), (line) =>
  console.log(line),
);
const { seed, rollouts, requests, lost, wrong } = result;
for (const each of wrong) console.log(`WRONG: ${each}`);
console.log(
  `seed ${seed}: ${rollouts.length} rollouts, ${requests} requests, ${lost} lost, ${wrong.length} wrong`,
);
process.exitCode = wrong.length === 0 ? 0 : 1;
