import { globSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";

// docs/constants.md says where each constant comes from: it must name all of them, with their values. docs/theory.md has the sources.

const ROOT = join(import.meta.dirname, "../../..");
const FOLDER = join(ROOT, "rollout/analysis");

/** `file NAME = value` of each number, and list of numbers, that stands by itself in a file. */
const CONSTANT = /^(?:export )?const ([A-Z][A-Z_]+)(?:: [^=]+)? = ([\d[(][^;\n]*);$/gm;
/** A unit. The table of burn rates, on several lines, is another book's. */
const NOT_CHOSEN = ["burn/burn-rate.ts HOUR"];

function constantsIn(file: string, text: string): string[] {
  return [...text.matchAll(CONSTANT)].map(([, name, value]) => `${file} ${name} = ${value}`);
}

const inCode = globSync("**/*.ts", { cwd: FOLDER })
  .flatMap((file) => constantsIn(file, readFileSync(join(FOLDER, file), "utf8")))
  .filter((line) => !NOT_CHOSEN.some((each) => line.startsWith(each)));

const page = ["constants", "theory"]
  .map((name) => readFileSync(join(ROOT, `docs/${name}.md`), "utf8"))
  .join("");
const inPage = [...page.matchAll(/^\| `([\w/.-]+)` `([A-Z_]+)` \| (.+?) \| .+ \|$/gm)].map(
  ([, file, name, value]) => `${file} ${name} = ${value}`,
);

test("every constant is in docs/constants.md with its value, and no other", () => {
  expect(inPage.toSorted()).toEqual(inCode.toSorted());
});

test("every source is cited, and every citation has its source", () => {
  const [text = "", sources = ""] = page.split("## Sources");
  const cited = [...text.matchAll(/\[(\d+(?:, \d+)*)\](?!\()/g)]
    .flatMap(([, numbers]) => numbers!.split(", "))
    .map(Number)
    // A list of ratios stands in brackets too.
    .filter((number) => number <= 20);
  const listed = [...sources.matchAll(/^(\d+)\. /gm)].map(([, number]) => Number(number));
  expect(listed).toEqual(listed.map((_, index) => index + 1));
  expect([...new Set(cited)].sort((a, b) => a - b)).toEqual(listed);
});

test("finds constants in every form", () => {
  const text =
    "const ONE = 1;\nexport const TWO: readonly number[] = [1.5, 2];\nconst THREE = 0.5 ** (ONE / 2);\n" +
    'const TEXT = "3";\nconst from = 4;\n  const INNER = 5;\n';
  expect(constantsIn("a.ts", text)).toEqual([
    "a.ts ONE = 1",
    "a.ts TWO = [1.5, 2]",
    "a.ts THREE = 0.5 ** (ONE / 2)",
  ]);
});
