import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { ROOT } from "./docs-pages.ts";

// One word, one meaning: a reader who meets a type's name knows which it is without looking at the imports.

/** Names that two files may export, each with its reason. */
const EXCUSED: Record<string, string> = {
  AlarmWatch:
    "the rehearsal's keeps the alarms, a run's reads them: to be parted when the rehearsal has its gate",
};

const DECLARED = /^export (?:declare )?(?:abstract )?(?:interface|type|class|enum) (\w+)/gm;

/** The files that declare each exported type. */
function declaredIn(files: readonly [path: string, text: string][]): Map<string, string[]> {
  const found = new Map<string, string[]>();
  for (const [path, text] of files)
    for (const [, name = ""] of text.matchAll(DECLARED)) found.set(name, [...(found.get(name) ?? []), path]);
  return found;
}

function twiceIn(files: readonly [path: string, text: string][]): string[] {
  return [...declaredIn(files)]
    .filter(([, paths]) => paths.length > 1)
    .map(([name, paths]) => `${name}: ${paths.toSorted().join(", ")}`);
}

const files = ["rollout", "infra"].flatMap((folder) =>
  readdirSync(join(ROOT, folder), { recursive: true, encoding: "utf8" })
    .filter((path) => path.endsWith(".ts"))
    .map((path): [string, string] => [join(folder, path), readFileSync(join(ROOT, folder, path), "utf8")]),
);

describe("the names of types", () => {
  it("are each exported by one file", () => {
    const twice = twiceIn(files).filter((line) => !Object.hasOwn(EXCUSED, line.split(":")[0] ?? ""));
    expect(twice).toEqual([]);
  });

  it("are excused only where they are there twice", () => {
    expect(Object.keys(EXCUSED)).toEqual(twiceIn(files).map((line) => line.split(":")[0]));
  });

  it("are found in every form", () => {
    const text =
      'export type A = 1;\nexport interface B {}\nexport abstract class C {}\nexport type { D } from "./d.ts";\n';
    const other =
      "export class A {}\nexport enum B {}\nexport class C {}\nexport class D {}\ninterface E {}\n";
    expect(
      twiceIn([
        ["one.ts", text],
        ["other.ts", other],
      ]),
    ).toEqual(["A: one.ts, other.ts", "B: one.ts, other.ts", "C: one.ts, other.ts"]);
  });
});
