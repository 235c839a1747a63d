import { copyFileSync, cpSync, existsSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { beforeAll, describe, expect, test } from "vitest";
import { enginePreview } from "../../rollout/preview/engine/preview.ts";
import type { Preview } from "../../rollout/preview/model.ts";
import type { Case } from "../rollout/preview/corpus/case.ts";
import { CORPUS, told } from "../rollout/preview/corpus/corpus.ts";
import { change } from "../rollout/preview/corpus/project.ts";
import { ROOT, SAMPLE } from "../support/sample.ts";
import { Engine, pulumiThere } from "./engine.ts";

// Every change of the preview's corpus through the real engine and its state, which know nothing of the captured graph
// of before. The verdicts must be those of the two graphs.

/** Where they aren't: the dangers of what the engine got to, and what the preview says of the rest. */
const DIFFERENCES: Record<string, { dangers: string[]; says: string }> = {
  // The password that the cache was made of would go after it.
  "no cache any more": {
    dangers: ["stateful-deletion: beta-cache", "stateful-deletion: beta-cache-password"],
    says: 'beta-cache" cannot be deleted\nbecause it is protected',
  },
};

// The engine starts from the stack as it is.
const CASES = Object.values(CORPUS)
  .flat()
  .filter(({ before }) => !before);
const previews = new Map<string, Preview | Error>();

describe.skipIf(!pulumiThere)("the engine's verdicts on the corpus", () => {
  // Of a name given by `-t` that one alone is played.
  // biome-ignore lint/correctness/noEmptyPattern: Vitest takes the names of fixtures from it.
  beforeAll(async ({}, { tasks }) => {
    const asked = new Set(tasks.filter(({ mode }) => mode === "run").map(({ name }) => name));
    const cases = CASES.filter(({ name }) => asked.has(name));
    await Promise.all(
      (["beta", "prod"] as const).map((stack) =>
        playedOn(
          stack,
          cases.filter((each) => each.stack === stack),
        ),
      ),
    );
  }, 2_400_000);

  test.for(CASES.map((each) => [each.name, each] as const))("%s", ([name, each]) => {
    const preview = previews.get(name);
    if (!preview || preview instanceof Error) throw preview ?? new Error("not played");
    const [stack] = preview.stacks;
    const { says } = DIFFERENCES[name] ?? {};
    if (says) expect(preview.problems.map(({ message }) => message).join()).toContain(says);
    expect(stack ? told(stack) : [], JSON.stringify(preview.problems)).toEqual(
      (DIFFERENCES[name]?.dangers ?? each.dangers).toSorted(),
    );
  });

  test("a difference is one of a case, and is one", () => {
    for (const [name, { dangers }] of Object.entries(DIFFERENCES))
      expect(CASES.find((each) => each.name === name)?.dangers.toSorted()).not.toEqual(dangers.toSorted());
  });
});

/** One state, and all of a stack's cases one after the other against it. */
async function playedOn(stack: "beta" | "prod", cases: readonly Case[]): Promise<void> {
  if (cases.length === 0) return;
  const engine = await Engine.create(stack);
  try {
    // The program's files are copied: cases edit them. That they move must not be a change of each case.
    // What the engine begins with is one of them: through a link it would find the repository's.
    for (const name of ["index.ts", "infra"]) {
      rmSync(join(engine.project, name));
      cpSync(join(ROOT, name), join(engine.project, name), { recursive: true });
    }
    copyFileSync(join(SAMPLE, `flags.${stack}.yaml`), join(engine.project, `flags.${stack}.yaml`));
    await engine.up();
    for (const each of cases) {
      previews.set(each.name, await played(engine, each).catch((error: Error) => error));
      for (const [file] of each.edits ?? [])
        copyFileSync(join(existsSync(join(SAMPLE, file)) ? SAMPLE : ROOT, file), join(engine.project, file));
      copyFileSync(join(SAMPLE, `Pulumi.${stack}.yaml`), engine.configFile);
    }
  } finally {
    await engine.remove();
  }
}

async function played(engine: Engine, each: Case): Promise<Preview> {
  change(engine.project, each);
  const { stdout } = await engine.pulumi("preview", "--json", "--stack", each.stack);
  const file = join(engine.folder, "preview.json");
  writeFileSync(file, stdout);
  if (process.env.KEEP) writeFileSync(join(process.env.KEEP, `${each.stack} ${each.name}.json`), stdout);
  return enginePreview(engine.project, file, each.stack, "2026-11-21");
}
