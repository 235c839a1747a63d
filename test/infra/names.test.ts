import { copyFileSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import fc from "fast-check";
import { expect, test } from "vitest";
import { parseDocument } from "yaml";
import { nameMistakes } from "../../infra/settings/names.ts";
import { trackName } from "../../infra/settings/schema/track.ts";
import { captureGraph } from "../../rollout/graph/capture.ts";
import type { Graph, Value } from "../../rollout/graph/model.ts";
import { textOf } from "../../rollout/preview/shown.ts";
import { inCopy } from "../rollout/preview/corpus/project.ts";
import { SAMPLE } from "../support/sample.ts";
import { NAME_RULES, UNNAMED } from "./aws-names.ts";

interface Named {
  stack: string;
  tracks: [string, string];
}

const tracks = fc.uniqueArray(
  fc.stringMatching(/^[a-z][a-z0-9]{0,11}$/).filter((name) => trackName.test(name)),
  { minLength: 2, maxLength: 2 },
);
const accepted = fc
  .record({ stack: fc.stringMatching(/^[a-z](-?[a-z0-9]){0,19}$/), tracks })
  .filter(({ stack, tracks }) => nameMistakes(stack, tracks).length === 0) as fc.Arbitrary<Named>;

// The shortest and the longest that are accepted, and some between: each is a run of the whole program.
const CASES: Named[] = [
  { stack: "a", tracks: ["b", "c".repeat(12)] },
  { stack: "x".repeat(20), tracks: ["abc", "d"] },
  { stack: "a-1-b-2-c3d", tracks: ["b".repeat(12), "c1"] },
  ...fc.sample(accepted, { numRuns: 1, seed: 12 }),
];

test.each(CASES)(
  "every name of the stack $stack with the tracks $tracks is one that AWS takes",
  async (named) => {
    const { resources } = await graphOf(named);
    const wrong = resources
      .filter(({ custom, type }) => custom && type.startsWith("aws:"))
      .flatMap(({ type, name, inputs }) => {
        const rules =
          NAME_RULES[type] ?? (UNNAMED.some((each) => type.startsWith(`aws:${each}:`)) ? [] : undefined);
        if (!rules) return [`${type}: say in aws-names.ts what AWS takes for its name`];
        return rules.flatMap(({ input, form, source }) => {
          const text = textOf(inputs[input] as Value) ?? `${name}-1234567`;
          return form.test(text) ? [] : [`${type} ${name}: ${input} ${text} (${source})`];
        });
      });
    expect(wrong).toEqual([]);
  },
);

/** The graph of beta's config under another name, with other tracks. */
function graphOf({ stack, tracks: [stable, candidate] }: Named): Promise<Graph> {
  return inCopy(["infra"], (folder) => {
    const config = parseDocument(readFileSync(join(SAMPLE, "Pulumi.beta.yaml"), "utf8"));
    const set = (key: string, value: unknown) =>
      config.setIn(["config", `rollout:${key}`], config.createNode(value));
    set("tracks", { [stable]: { weight: 100, build: "app" }, [candidate]: { weight: 0, build: "app" } });
    set("stable", stable);
    set("pipeline", { repository: "example/shop" });
    set("app", {
      processes: {
        ["w".repeat(20)]: { command: ["x"], with: "traffic" },
        ["j".repeat(20)]: { command: ["x"], schedule: "rate(1 day)" },
      },
    });
    writeFileSync(join(folder, `Pulumi.${stack}.yaml`), config.toString());
    copyFileSync(join(SAMPLE, "flags.beta.yaml"), join(folder, `flags.${stack}.yaml`));
    return captureGraph({ projectDir: folder, stack });
  });
}
