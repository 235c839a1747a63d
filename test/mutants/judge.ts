import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { createVitest, type Vitest } from "vitest/node";
import config from "../../vitest.config.ts";
import type { Instrumented, Mutant } from "./mutants.ts";
import type { Reach } from "./switch.ts";

export type Verdict = "killed" | "endless" | "survived" | "unreached";

/** A mutant is put to the tests of its own part and then to others, the quickest first, for no longer than this. */
const OWN_MS = 15_000;
const OTHERS_MS = 4_000;
/** So many mutants are judged at a time, that whoever waits sees it go on. */
const BATCH = 100;

const ROOT = resolve(import.meta.dirname, "../..");
const SWITCH = join(import.meta.dirname, "switch.ts");

/** A test file, and how far it goes. */
interface Reaching extends Reach {
  file: string;
}

/** Runs the unit tests over mutants: vitest's workers stay, and only the project's own modules are read anew for each. */
export class Judge {
  readonly #vitest: Vitest;
  /** The mutated files as they run now, by their path. */
  readonly #texts: Map<string, string>;
  /** Of the files that are written for a run: each imports the tests that a mutant is put to. */
  readonly #folder = mkdtempSync(join(ROOT, ".cache/mutants-"));

  private constructor(vitest: Vitest, texts: Map<string, string>) {
    this.#vitest = vitest;
    this.#texts = texts;
  }

  /**
   * @param files by their absolute path, as they run
   * @param ended is called whenever a test file has run
   */
  static async start(
    files: ReadonlyMap<string, Instrumented>,
    workers: number,
    ended: () => void,
  ): Promise<Judge> {
    const unit = config.test!.projects!.map((project) => (project as typeof config).test!)[0]!;
    const texts = new Map([...files].map(([path, { text }]) => [path, text]));
    const vitest = await createVitest(
      "test",
      {
        config: false,
        root: ROOT,
        include: unit.include,
        // A change that takes long is ended by switch.ts.
        testTimeout: 120_000,
        related: [...files.keys()],
        // Its keys don't know of the mutants: the next run would be given this one's files.
        fsModuleCache: false,
        isolate: false,
        pool: "forks",
        maxWorkers: workers,
        reporters: [{ onTestModuleEnd: ended }],
        watch: false,
      },
      { plugins: [{ name: "mutants", enforce: "pre", transform: (_: string, id: string) => texts.get(id) }] },
    );
    return new Judge(vitest, texts);
  }

  async close(): Promise<void> {
    await this.#vitest.close();
    rmSync(this.#folder, { recursive: true, force: true });
  }

  /**
   * How far each of the tests goes that import one of the files, with nothing changed. One that fails isn't asked.
   *
   * @param only files and folders of tests; none: all
   */
  async reach(count: number, only: readonly string[], said: (line: string) => void): Promise<Reaching[]> {
    const specifications = await this.#vitest.getRelevantTestSpecifications();
    const within = only.map((path) => resolve(ROOT, path));
    const files = specifications
      .map(({ moduleId }) => moduleId)
      .filter(
        (file) => within.length === 0 || within.some((path) => file === path || file.startsWith(`${path}/`)),
      );
    said(`${files.length} test files import them; how far does each go?`);
    const paths = files.map((file, index) => ({ file, path: join(this.#folder, `${index}.json`) }));
    const states = await this.#run(
      paths.map(({ file, path }) => ({ call: `observe(${count}, ${JSON.stringify(path)})`, files: [file] })),
    );
    return paths.flatMap(({ file, path }, index) => {
      if (states[index] === "passed") return [{ file, ...(JSON.parse(readFileSync(path, "utf8")) as Reach) }];
      said(`${file} ${states[index] ?? "died"} with nothing changed: it isn't asked`);
      return [];
    });
  }

  /**
   * Puts each mutant to the tests that reach it: first to the quickest file, those that survive to the next ones, until one
   * notices. `judged` hears each verdict as it falls.
   */
  async judge(
    mutants: readonly Mutant[],
    reaching: readonly Reaching[],
    judged: (mutant: Mutant, verdict: Verdict) => void,
  ): Promise<void> {
    this.#quicken();
    let open = mutants.map((mutant) => ({ mutant, files: filesFor(mutant, reaching) }));
    for (const { mutant } of open.filter(({ files }) => files.length === 0)) judged(mutant, "unreached");
    open = open.filter(({ files }) => files.length > 0);
    // Few are left after the first files: those are then put to several at once.
    for (let size = 1; open.length > 0; size *= 2) {
      const left: typeof open = [];
      for (let from = 0; from < open.length; from += BATCH) {
        const batch = open.slice(from, from + BATCH);
        const states = await this.#run(batch.map(({ mutant, files }) => play(mutant, files.slice(0, size))));
        for (const [index, { mutant, files }] of batch.entries()) {
          const rest = files.slice(size);
          if (states[index] === "failed") judged(mutant, "killed");
          else if (states[index] === undefined) judged(mutant, "endless");
          else if (rest.length === 0) judged(mutant, "survived");
          else left.push({ mutant, files: rest });
        }
      }
      open = left;
    }
  }

  /** To compare a number is quicker than a call, and tests pass some mutants many million times. */
  #quicken(): void {
    for (const [path, text] of this.#texts) {
      this.#texts.set(path, text.replaceAll(/\$m\((\d+)\)/g, "($on === $1)"));
      this.#vitest.invalidateFile(path);
    }
  }

  /** Runs test files, each after one call of `switch.ts`: their states; undefined where a process ended in the middle. */
  async #run(plays: readonly Play[]): Promise<(string | undefined)[]> {
    const [project] = this.#vitest.projects;
    const paths = plays.map(({ call, files }, index) => {
      const path = join(this.#folder, `${index}.test.ts`);
      writeFileSync(path, driver(call, files));
      this.#vitest.invalidateFile(path);
      return path;
    });
    const result = await this.#vitest.runTestSpecifications(
      paths.map((path) => project!.createSpecification(path)),
    );
    const states = new Map(result.testModules.map((module) => [module.moduleId, module.state()]));
    return paths.map((path) => {
      const state = states.get(path);
      return state === "passed" || state === "failed" || state === "skipped" ? state : undefined;
    });
  }
}

interface Play {
  /** Of `switch.ts`. */
  call: string;
  /** Test files. */
  files: readonly string[];
}

function play({ id }: Mutant, files: readonly Reaching[]): Play {
  const ms = Math.ceil(files.reduce((total, file) => total + file.ms, 0));
  return { call: `switchOn(${id}, ${ms})`, files: files.map(({ file }) => file) };
}

/** The text of a test file that runs others: what they import is read anew, or it would keep what an earlier mutant left. */
function driver(call: string, files: readonly string[]): string {
  return [
    'import { vi } from "vitest";',
    `import * as $ from ${JSON.stringify(SWITCH)};`,
    `$.${call};`,
    "vi.resetModules();",
    ...files.map((file) => `await import(${JSON.stringify(file)});`),
  ].join("\n");
}

/** The test files that a mutant is put to, in this order. */
function filesFor({ id, file }: Mutant, reaching: readonly Reaching[]): Reaching[] {
  const part = join(ROOT, "test", ...file.split("/").slice(0, 2), "/");
  const files = reaching.filter(({ mutants }) => mutants.includes(id)).toSorted((a, b) => a.cost - b.cost);
  const own = files.filter((each) => each.file.startsWith(part));
  const others = files.filter((each) => !each.file.startsWith(part));
  return [...within(OWN_MS, own), ...within(OTHERS_MS, others)];
}

function within(most: number, files: readonly Reaching[]): Reaching[] {
  let cost = 0;
  return files.filter((file) => {
    cost += file.cost;
    return cost <= most;
  });
}
