import { expect, test } from "vitest";
import { FlagsError, parseFlags } from "../../../infra/flags/parse.ts";
import { edited } from "../../../rollout/config/edit.ts";
import { weightsIn } from "../../../rollout/config/weights.ts";
import { Misuse, UserError } from "../../../rollout/errors.ts";
import { engineYaml } from "../../../rollout/graph/engine-yaml.ts";
import { parsePhases } from "../../../rollout/phases/parse.ts";

// YAML that no reader may follow to its end: each says so in a sentence, and none runs out of stack or memory.

const bomb = [
  "a: &a [x, x, x, x, x, x, x, x, x]",
  ..."bcdefghi".split("").map((name, i) => {
    const before = "abcdefgh"[i];
    return `${name}: &${name} [${Array.from({ length: 9 }, () => `*${before}`).join(", ")}]`;
  }),
].join("\n");

const ODD = {
  "an alias that leads nowhere": "flags: *nobody\nconfig: *nobody\nphases: *nobody",
  "an alias that stands in what it names": "flags: &a { b: *a }\nconfig: &c [*c]\nphases: &d { e: [*d] }",
  "aliases of aliases of aliases": `${bomb}\nconfig: *i\nflags: *i\nphases: *i`,
  "a merge of what isn't there": "config: { <<: *nobody }\nflags: { <<: *nobody }",
  "brackets without an end": "config: ".concat("[".repeat(3_000)),
  "no YAML at all": "\u0000\u0001{{{",
  "a tag that nobody knows": "config: !what {}\nflags: !what {}",
};

const READERS: Record<string, (text: string) => unknown> = {
  "the config": (text) => engineYaml("Pulumi.beta.yaml", text),
  "the weights": weightsIn,
  "an edit": (text) => edited(text, [{ path: ["rollout:maintenance"], value: true }], "Pulumi.beta.yaml"),
  "the flags": (text) => parseFlags("flags.beta.yaml", text),
  "the phases": (text) => parsePhases("phases.yaml", text),
};

for (const [reader, read] of Object.entries(READERS)) {
  test.each(Object.entries(ODD))(`${reader}: %s`, (_, text) => {
    const began = performance.now();
    try {
      read(text);
    } catch (error) {
      const isTold = [UserError, Misuse, FlagsError].some((kind) => error instanceof kind);
      expect(isTold, (error as Error).stack).toBe(true);
      expect((error as Error).message.length).toBeLessThan(4_000);
    }
    expect(performance.now() - began).toBeLessThan(2_000);
  });
}
