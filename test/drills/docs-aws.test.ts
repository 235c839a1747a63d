import { afterAll, afterEach, describe, expect, it } from "vitest";
import { OUTCOMES } from "../aws/docs-outcomes.ts";
import { SCENES } from "../aws/docs-scenes.ts";
import { motoThere, skipped } from "../aws/moto.ts";
import { World } from "../aws/world.ts";
import { type DocCommand, docPages } from "../rollout/docs-pages.ts";
import { playedBy, TYPED_ON_AWS } from "../rollout/docs-runs.ts";
import { type Typed, Typist } from "../rollout/docs-typist.ts";

// Every command of the pages with `--on aws`, typed in order, each page on a prod of its own. What has happened to the stack
// before a command is in test/aws/docs-scenes.ts, what must be so after it in docs-outcomes.ts.

/** Long: a person has to end it. Those who look and speak find the rollout under way, however slow the machine is. */
const STEPS = [
  { weight: 50, bake: "24h" },
  { weight: 100, bake: "1m" },
];
const TRAFFIC = /weights read back everywhere: \w+ \d+ \w+ \d+/;
/** Of each command that was typed, and how long it took. */
const times: string[] = [];
let world: World | undefined;
let typist: Typist | undefined;

const pages = docPages()
  .map((page) => ({ name: page.name, blocks: playedBy(TYPED_ON_AWS, page) }))
  .filter(({ blocks }) => blocks.some(({ commands }) => commands.length > 0));

describe.skipIf(!motoThere)(`${skipped}the pages' commands on AWS`, () => {
  afterEach(async () => {
    await typist?.interrupt();
    await world?.remove();
  });
  afterAll(() => console.log(`Typed (${times.length}):\n  ${times.join("\n  ")}`));

  it("have every scene and outcome at a command that is typed", () => {
    const keys = pages.flatMap(({ blocks }) => blocks.flatMap(({ commands }) => commands.map(keyOf)));
    expect(keys).toEqual(expect.arrayContaining([...Object.keys(SCENES), ...Object.keys(OUTCOMES)]));
  });

  it.each(pages)("$name", async ({ blocks }) => {
    const prod = await World.make(
      { plan: { steps: STEPS, limits: { keep: "1m" }, sessions: { drain: "0s" } } },
      "prod",
    );
    world = prod;
    world.front.ages = "wall";
    typist = new Typist(world.folder, () => ({ ...prod.environment(), NO_COLOR: "1" }));
    const all: Typed[] = [];
    for (const block of blocks) {
      const typed: Typed[] = [];
      for (const command of block.commands) {
        const key = keyOf(command);
        await SCENES[key]?.(world, typist);
        typed.push(await type(command, typist));
        await OUTCOMES[key]?.(world, typed.at(-1)!);
      }
      await typist.heard(block, typed);
      for (const each of typed.filter(({ command }) => command.interrupted)) {
        await typist.said(each, /\n/);
        await typist.interrupt((running) => running === each);
      }
      all.push(...typed);
    }
    await typist.ended();
    for (const { command, code, said } of all) expect(code, `${command.at}: ${said}`).toBe(command.exitCode);
    expect(world.front.unknown).toEqual([]);
  });
});

function keyOf({ page, text }: DocCommand): string {
  return `${page}: ${text}`;
}

/** As a reader does, who goes on when the run that they began has brought users. */
async function type(command: DocCommand, typist: Typist): Promise<Typed> {
  const begun = performance.now();
  const typed = await typist.type(command);
  if (command.background && command.words[1] === "run") await typist.said(typed, TRAFFIC);
  times.push(`${command.at}: ${command.text}: ${((performance.now() - begun) / 1000).toFixed(1)} s`);
  if (!command.background) expect(typed.code, `${command.at}: ${typed.said}`).toBe(command.exitCode);
  return typed;
}
