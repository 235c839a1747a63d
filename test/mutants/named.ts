import { readFileSync } from "node:fs";
import { join } from "node:path";
import { parse } from "yaml";
import type { Mutant } from "./mutants.ts";

/** Mutants that survive for a reason, by file: each reason with the names of its mutants. */
type Named = Record<string, { because: string; mutants: string[] }[]>;

const FILE = join(import.meta.dirname, "survivors.yaml");

/** The survivors that have a reason, of these files; what was written down but isn't a mutant any more is `gone`. */
export function namedOf(mutants: readonly Mutant[]): { named: Set<Mutant>; gone: string[] } {
  const written: Named = parse(readFileSync(FILE, "utf8")) ?? {};
  const files = new Set(mutants.map(({ file }) => file));
  const byName = new Map(mutants.map((mutant) => [`${mutant.file} ${mutant.name}`, mutant]));
  const named = new Set<Mutant>();
  const gone: string[] = [];
  for (const file of files) {
    for (const name of (written[file] ?? []).flatMap((reason) => reason.mutants)) {
      const mutant = byName.get(`${file} ${name}`);
      if (mutant) named.add(mutant);
      else gone.push(`${file} ${name}`);
    }
  }
  return { named, gone };
}
