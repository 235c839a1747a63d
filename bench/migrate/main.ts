import { parseArgs } from "node:util";
import { storeOf } from "../../rollout/platforms/rehearsal/backups/store.ts";
import { rehearse } from "../../rollout/platforms/rehearsal/index.ts";
import { placeIn } from "../../rollout/platforms/rehearsal/verbs/options.ts";
import { prepareChange } from "../../rollout/platforms/rehearsal/verbs/prepare.ts";
import { type BenchPlace, benchInRehearsal } from "../rehearsal.ts";
import { BEFORE, GOOD } from "./forms.ts";
import { Table } from "./measure.ts";

// `npm run bench:migrate`: each safe form of the corpus of migrations on a table of 10 million rows, in a rehearsal's database (fsync, log
// archived), while four writers change and add rows. Exit code 1 when the 99th percentile of a write is 200 ms or more in one of them.
// `--forms 7-12` plays some of them, by their numbers: of ten million rows all take half an hour.

const LIMIT_MS = 200;

const { values } = parseArgs({
  options: {
    rows: { type: "string", default: "10000000" },
    stack: { type: "string", default: "beta" },
    forms: { type: "string", default: `1-${GOOD.length}` },
  },
});
const [first = 1, last = first] = values.forms.split("-").map(Number);
await benchInRehearsal(values.stack, bench);

async function bench(place: BenchPlace): Promise<void> {
  await rehearse.up(place);
  const { socketFolder, port } = storeOf(await prepareChange(place, placeIn(place)));
  const urlOf = (database: string) =>
    `postgresql://postgres@/${database}?host=${encodeURIComponent(socketFolder)}&port=${port}`;
  const table = new Table(urlOf, Number(values.rows));
  await table.fill(BEFORE);
  console.log(`${values.rows} rows${"".padEnd(44)}took   p99 of a write   of that without it   slowest`);
  for (const form of GOOD.slice(first - 1, last)) {
    const { name, seconds, p99, quiet, slowest } = await table.measure(form);
    const figures = [`${seconds.toFixed(1)} s`, `${p99.toFixed(1)} ms`, `x ${(p99 / quiet).toFixed(1)}`];
    const row = figures.map((each, index) => each.padStart([8, 17, 21][index] ?? 10)).join("");
    console.log(`${name.padEnd(52)}${row}${`${slowest.toFixed(0)} ms`.padStart(10)}`);
    // One that wasn't written to at all isn't below the limit.
    if (!(p99 < LIMIT_MS)) process.exitCode = 1;
  }
}
