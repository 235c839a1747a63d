import type { Verdict } from "./judge.ts";
import type { Mutant } from "./mutants.ts";

/** Prints what became of the mutants, file by file, and each that survived; whether all is as it is written down. */
export function printScore(
  mutants: readonly Mutant[],
  verdicts: ReadonlyMap<Mutant, Verdict>,
  named: ReadonlySet<Mutant>,
  gone: readonly string[],
): boolean {
  const survived = mutants.filter((mutant) => survives(verdicts.get(mutant)));
  const unnamed = survived.filter((mutant) => !named.has(mutant));
  for (const mutant of unnamed) {
    const unreached = verdicts.get(mutant) === "unreached" ? " (no test comes here)" : "";
    console.log(`${mutant.file}:${mutant.line} ${mutant.name}${unreached}`);
  }
  const noticed = mutants.filter((mutant) => named.has(mutant) && !survives(verdicts.get(mutant)));
  for (const { file, name } of noticed)
    console.log(`${file} ${name}: named a survivor, but a test notices it`);
  for (const name of gone) console.log(`${name}: named a survivor, but there is no such mutant`);

  console.log("\n killed                endless  survived  named  file");
  for (const file of new Set(mutants.map((mutant) => mutant.file))) {
    printLine(
      mutants.filter((mutant) => mutant.file === file),
      verdicts,
      named,
      file,
    );
  }
  printLine(mutants, verdicts, named, "all");
  return unnamed.length === 0 && noticed.length === 0 && gone.length === 0;
}

function printLine(
  mutants: readonly Mutant[],
  verdicts: ReadonlyMap<Mutant, Verdict>,
  named: ReadonlySet<Mutant>,
  title: string,
): void {
  const survived = mutants.filter((mutant) => survives(verdicts.get(mutant)));
  const killed = mutants.length - survived.length;
  const endless = mutants.filter((mutant) => verdicts.get(mutant) === "endless").length;
  const reasoned = survived.filter((mutant) => named.has(mutant)).length;
  const share = mutants.length === 0 ? "-" : `${((100 * killed) / mutants.length).toFixed(1)} %`;
  console.log(
    [share.padStart(7), `${killed} of ${mutants.length}`.padStart(13), String(endless).padStart(4)]
      .concat([String(survived.length).padStart(9), String(reasoned).padStart(6), ` ${title}`])
      .join(" "),
  );
}

function survives(verdict: Verdict | undefined): boolean {
  return verdict === "survived" || verdict === "unreached";
}
