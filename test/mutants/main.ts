import { globSync, mkdirSync, readFileSync, statSync } from "node:fs";
import { availableParallelism } from "node:os";
import { resolve } from "node:path";
import { parseArgs } from "node:util";
import { Judge, type Verdict } from "./judge.ts";
import { type Instrumented, instrument, type Mutant } from "./mutants.ts";
import { namedOf } from "./named.ts";
import { printScore } from "./score.ts";

/**
 * `npm run mutants -- PATH... [--tests FOLDER]... [--like REGEXP]`: makes one small change after the other to the files there, runs the unit
 * tests that reach it, and prints which changes no test notices. Exits with 1 when one of them isn't named in survivors.yaml.
 * With `--tests` no other tests are asked: quicker, and what survives may still be noticed by others. With `--like` only the
 * changes are made whose names match, such as `\d -> ` for numbers.
 */
const { positionals: paths, values } = parseArgs({
  allowPositionals: true,
  options: { tests: { type: "string", multiple: true, default: [] }, like: { type: "string", default: "" } },
});
if (paths.length === 0) paths.push("rollout/core", "rollout/analysis");

process.chdir(resolve(import.meta.dirname, "../.."));
mkdirSync(".cache", { recursive: true });
const begun = performance.now();
const said = (line: string) =>
  console.error(`${((performance.now() - begun) / 1000).toFixed(0).padStart(5)} s  ${line}`);

const files = new Map<string, Instrumented>();
const mutants: Mutant[] = [];
for (const file of filesUnder(paths)) {
  const instrumented = instrument(file, readFileSync(file, "utf8"), mutants.length);
  files.set(resolve(file), instrumented);
  mutants.push(...instrumented.mutants);
}
const made = mutants.filter(({ name }) => new RegExp(values.like).test(name));
said(`${made.length} mutants of ${files.size} files`);
const verdicts = new Map<Mutant, Verdict>();
// Whoever ends it early sees what there is.
for (const signal of ["SIGINT", "SIGTERM"] as const) {
  process.on(signal, () => {
    const open = made.filter((mutant) => !verdicts.has(mutant));
    said(`ended by ${signal}, ${open.length} mutants weren't judged`);
    print(made.filter((mutant) => verdicts.has(mutant)));
    for (const { file, line, name } of open) console.log(`not judged: ${file}:${line} ${name}`);
    process.exit(1);
  });
}
await judgeAll();
process.exitCode = print(made) ? 0 : 1;
said("done");

function print(judged: readonly Mutant[]): boolean {
  const { named, gone } = namedOf(mutants);
  return printScore(judged, verdicts, named, gone);
}

async function judgeAll(): Promise<void> {
  let runs = 0;
  const judge = await Judge.start(files, availableParallelism(), () => {
    runs += 1;
    if (runs % 200 === 0) said(`${runs} runs, ${verdicts.size} mutants judged`);
  });
  try {
    const reaching = await judge.reach(mutants.length, values.tests, said);
    said("how far each goes is known, now the mutants");
    await judge.judge(made, reaching, (mutant, verdict) => verdicts.set(mutant, verdict));
  } finally {
    await judge.close();
  }
}

function filesUnder(paths: readonly string[]): string[] {
  return paths
    .flatMap((path) => (statSync(path).isDirectory() ? globSync(`${path}/**/*.ts`) : [path]))
    .map((path) => path.replace(/^\.\//, ""))
    .toSorted();
}
