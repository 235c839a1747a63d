import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { motoThere, skipped as withoutMoto } from "../aws/moto.ts";
import { CLIENT_TESTS, commandsFor } from "../rollout/docs-clients.ts";
import { outcomeOf } from "./docs-outcomes.ts";
import { DocsWorld, stackOf } from "./docs-world.ts";
import { pulumiThere, type Step } from "./engine.ts";
import { leaks } from "./leaks.ts";

const skipped = pulumiThere ? withoutMoto : "(skipped: there is no pulumi on the PATH) ";

const FIRST = "docs/aws.md";
// That page comes first: it makes beta out of nothing. The others find their stacks up.
const pages = commandsFor(CLIENT_TESTS.pulumi).toSorted(
  (one, other) => Number(other.name === FIRST) - Number(one.name === FIRST),
);

// Every Pulumi command of the pages, typed in order into the real CLI.
describe.skipIf(!pulumiThere || !motoThere)(`${skipped}the pages' pulumi`, () => {
  let world: DocsWorld;
  beforeAll(async () => {
    world = await DocsWorld.create();
  });
  afterAll(() => world?.remove());

  describe.each(pages)("$name", ({ name, commands }) => {
    beforeAll(() => world.ready(commands));

    test.each(commands)("$text", async (command) => {
      const stack = stackOf(command);
      const words = command.words.slice(command.words.indexOf("pulumi") + 1);
      const before = await world.state(stack);
      const { code, said } = await world.type(command);
      expect(code, said).toBe(command.exitCode);
      expect(leaks(said)).toEqual([]);
      await outcomeOf(words)({ world, words, said, stack, before, after: await world.state(stack) });
    });

    if (name !== FIRST) return;
    // The page's `up` after it. Without `--path` the CLI writes the text "true", no boolean.
    test("maintenance as it is set there closes the stack", async () => {
      const { stdout } = await world.engine.succeed("preview", "-s", "beta", "--json");
      const steps: Step[] = JSON.parse(stdout).steps;
      expect(steps.filter(({ op }) => op !== "same").map(({ op, urn }) => [op, urn])).toEqual([
        ["update", expect.stringContaining("aws:wafv2/webAcl:WebAcl::beta-waf")],
      ]);
    });
  });
});
