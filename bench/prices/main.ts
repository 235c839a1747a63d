import { join } from "node:path";
import { readList, writeList } from "./list.ts";
import { changes, PRICE_LIST, refreshed } from "./refresh.ts";

// `npm run prices`: reads the cost table's prices anew from AWS's public price list, and says what has changed. Some 500 MB are
// fetched, of which EC2's file is the most. With `npm run prices -- URL` it reads another server's.

const FILE = join(import.meta.dirname, "../../rollout/preview/cost/price-list.json");

const before = readList(FILE);
const { list, unclear } = await refreshed(before, {
  from: process.argv[2] ?? PRICE_LIST,
  today: new Date().toISOString().slice(0, 10),
  say: (line) => process.stderr.write(`${line}\n`),
}).catch((error: Error) => {
  process.stderr.write(`${error.message}\n`);
  process.exit(1);
});
if (unclear.length > 0) {
  process.stderr.write(`Nothing was written. AWS's list is unclear:\n${unclear.join("\n")}\n`);
  process.exitCode = 1;
} else {
  writeList(FILE, list);
  const changed = changes(before, list);
  process.stdout.write(
    `${[`Prices of ${list.date}: ${changed.length} have changed.`, ...changed].join("\n")}\n`,
  );
}
