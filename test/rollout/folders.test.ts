import { readFileSync } from "node:fs";
import { basename, dirname, join } from "node:path";
import { describe, expect, it } from "vitest";
import { circleIn, foldersOf, imports, importsIn, upwards } from "../support/imports.ts";
import { ROOT } from "./docs-pages.ts";
import { FOLDER_ORDER } from "./folder-order.ts";

/** More than this in one folder, and nobody finds anything: then it is grouped by idea. */
const MOST_FILES = 15;

const all = importsIn(ROOT, ["bench", "components", "rollout", "infra"]);
const folders = foldersOf(all);

describe.each(Object.entries(FOLDER_ORDER))("the order of %j", (folder, order) => {
  const children = imports(all, folder);

  it("names all that is there, and nothing else", () => {
    expect(order.toSorted()).toEqual([...children.keys()].toSorted());
  });

  it("is kept: nobody imports upwards", () => {
    expect(upwards(children, order)).toEqual([]);
  });
});

// The document says what each is, in the same order.
it("ARCHITECTURE.md has the folders of rollout/ in their order", () => {
  const text = readFileSync(join(ROOT, "ARCHITECTURE.md"), "utf8");
  const [table = ""] = text.split("| in `rollout/` |")[1]?.split("\n\n") ?? [];
  const rows = [...table.matchAll(/^\| `([\w.-]+)` \| \S.* \|$/gm)].map(([, name]) => name);
  expect(rows).toEqual(FOLDER_ORDER.rollout);
});

describe("the folders", () => {
  it("have no circle, neither between their files nor between what lies in one of them", () => {
    const circles = ["", ...folders].map((folder) => circleIn(imports(all, folder)));
    expect(circles.filter(Boolean)).toEqual([]);
    expect(circleIn(all)).toBeUndefined();
  });

  it(`have at most ${MOST_FILES} loose files`, () => {
    const loose = Map.groupBy(all.keys(), dirname);
    const full = [...loose].filter(([, files]) => files.length > MOST_FILES);
    expect(full.map(([folder, files]) => `${folder}: ${files.length}`)).toEqual([]);
  });

  it("import only files that are there", () => {
    expect([...all.values()].flat().filter((path) => !all.has(path))).toEqual([]);
  });
});

describe("the test itself", () => {
  const invented = new Map([
    ["house/roof/a.ts", ["house/wall/b.ts"]],
    ["house/wall/b.ts", ["house/ground.ts"]],
    ["house/wall/c.ts", ["house/roof/d.ts"]],
    ["house/roof/d.ts", []],
    ["house/ground.ts", []],
  ]);

  it("sees who imports upwards", () => {
    expect(upwards(imports(invented, "house"), ["roof", "wall", "ground.ts"])).toEqual(["wall -> roof"]);
  });

  it("sees a circle of folders where the files have none", () => {
    expect(circleIn(invented)).toBeUndefined();
    expect(circleIn(imports(invented, "house"))).toEqual(["roof", "wall", "roof"]);
  });

  it("sees a circle of files", () => {
    const files = new Map([...invented, ["house/roof/d.ts", ["house/wall/c.ts"]]]);
    expect(circleIn(files)?.map((file) => basename(file))).toEqual(["c.ts", "d.ts", "c.ts"]);
  });

  it("reads imports of every form", () => {
    expect(all.get("rollout/platforms/rehearsal/verbs/prepare.ts")).toEqual(
      expect.arrayContaining([
        "rollout/graph/model.ts", // of a type
        "rollout/platforms/rehearsal/machine/authority.ts", // when it is needed
      ]),
    );
  });
});

// One word, one meaning: a reader who meets a type's name knows which it is without looking at the imports.

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

const files = [...all.keys()]
  // A component is called there what its part is called here: it is the same one.
  .filter((path) => !/^(bench|components)\//.test(path))
  .map((path): [string, string] => [path, readFileSync(join(ROOT, path), "utf8")]);

describe("the names of types", () => {
  it("are each exported by one file", () => {
    expect(twiceIn(files)).toEqual([]);
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
