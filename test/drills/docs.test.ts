import { symlinkSync } from "node:fs";
import { join } from "node:path";
import { afterAll, afterEach, expect, it } from "vitest";
import { type RunningLoad, startLoad } from "../../rollout/load/load.ts";
import { rehearse } from "../../rollout/platforms/rehearsal/index.ts";
import { freePort } from "../../rollout/platforms/rehearsal/machine/ports.ts";
import { projectCopy, removeCopies } from "../rehearsal/project.ts";
import { TYPING } from "../rehearsal/typed.ts";
import { type DocBlock, type DocCommand, docPages, ROOT } from "../rollout/docs-pages.ts";
import { playedBy, TYPED_HERE } from "../rollout/docs-runs.ts";
import { type Typed, Typist } from "../rollout/docs-typist.ts";

// Every command of the pages that is for a rehearsal, typed in order: each page on a stack of its own that is fresh, with
// users on it. Those for AWS are typed by test/drills/docs-aws.test.ts; runBy says who runs the rest.

const pages = docPages().map(({ name, ...page }) => ({
  name,
  blocks: playedBy(TYPED_HERE, { name, ...page }),
}));
const env = {
  ...TYPING,
  NO_COLOR: "1",
};
/** Of each command that was run, and how long it took. */
const times: string[] = [];
let load: RunningLoad | undefined;
let typist: Typist | undefined;

afterEach(async () => {
  await load?.stop();
  load = undefined;
  await typist?.interrupt();
  await removeCopies();
});
afterAll(() => console.log(`Typed (${times.length}):\n  ${times.join("\n  ")}`));

const played = pages.filter(({ blocks }) => commandsOf(blocks).length > 0);

it.each(played)("$name", async ({ name, blocks }) => {
  const project = copyFor(name);
  const port = await freePort();
  typist = new Typist(project.projectDir, () => env);
  const withUsers = hasRollout(commandsOf(blocks));
  const all: Typed[] = [];
  for (const block of blocks) {
    const typed: Typed[] = [];
    for (const command of block.commands) {
      const begun = performance.now();
      const done = await typist.type(command, asTyped(command, port));
      const seconds = ((performance.now() - begun) / 1000).toFixed(1);
      times.push(`${command.at}: ${command.text}: ${command.background ? "begun" : `${seconds} s`}`);
      typed.push(done);
      if (!command.background) expect(done.code, `${command.at}: ${done.said}`).toBe(command.exitCode);
      if (isUp(command) && withUsers) await users(project);
    }
    all.push(...typed);
    await typist.heard(block, typed);
    await typist.interrupt(
      ({ command }) => typed.some((each) => each.command === command) && command.interrupted,
    );
  }
  const cut = await typist.interrupt();
  // What ended by itself in another terminal ended as the page says.
  const ended = all.filter(
    (typed) => typed.command.background && !typed.command.interrupted && !cut.includes(typed),
  );
  for (const { command, code, said } of ended) expect(code, `${command.at}: ${said}`).toBe(command.exitCode);
});

function commandsOf(blocks: readonly DocBlock[]): DocCommand[] {
  return blocks.flatMap(({ commands }) => commands);
}

function copyFor(page: string) {
  // A step that a person has to end; but nobody watches the README's rollout.
  const half = page === "README.md" ? [] : [{ weight: 50, bake: "1h" }];
  const project = projectCopy({
    tracks: { blue: { weight: 100 }, green: { weight: 0 } },
    plan: {
      steps: [...half, { weight: 100, bake: "3s" }],
      gates: { errorRate: { max: 0.05 }, latency: { p95: "5s" }, minRequests: 20 },
      sessions: { drain: "0s" },
    },
    ...(page === "docs/migrations.md" && { app: { migrate: ["true"] } }),
    cohorts: { pilots: { cookie: { name: "plan", values: ["beta", "pro"] } } },
  });
  symlinkSync(join(ROOT, "bin"), join(project.projectDir, "bin"));
  return project;
}

function isUp({ words }: DocCommand): boolean {
  return words.join(" ").startsWith("bin/rollout rehearse up");
}

/** The port is ours, and a moment is one that this stack has seen. */
function asTyped(command: DocCommand, port: number): string {
  if (isUp(command)) return `${command.text} --port ${port}`;
  return command.text.replace(/\d{4}-\d\d-\d\dT[\d:]+Z/, new Date(Date.now() - 2_000).toISOString());
}

/** Gates judge what users meet: without them no rollout goes on. The other pages are spared the load. */
function hasRollout(commands: DocCommand[]): boolean {
  return commands.some((command) => command.words[1] === "run");
}

async function users(project: ReturnType<typeof projectCopy>): Promise<void> {
  await load?.stop();
  const { url, domain, caFile } = await rehearse.status(project);
  load = startLoad({ url, domain, caFile, ratePerSecond: 60 });
}
