import { mkdirSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setImmediate as turn } from "node:timers/promises";
import { DJANGO, EXPRESS } from "./apps.ts";
import { nextVersion, packed } from "./packages.ts";
import { adopt, type Timed } from "./story.ts";

/**
 * `npm run adopt [-- Django|Express]`: what a new team does with the packed package, for a Python and a Node application, each step timed. Needs
 * npm's registry. Exits with 1 where something isn't as the documents say, or all takes more than 15 minutes.
 */
const APPS = [DJANGO, EXPRESS].filter(({ name }) => [undefined, name].includes(process.argv[2]));
const MOST_SECONDS = 15 * 60;

const began = performance.now();
const folder = mkdtempSync(join(tmpdir(), "adopt-"));
const seconds = (since: number) => (performance.now() - since) / 1000;

// What runs ends by itself at a Ctrl-C, and then the stack is taken down.
let interrupted = false;
for (const signal of ["SIGINT", "SIGTERM"] as const)
  process.on(signal, () => {
    interrupted = true;
  });

const timed: Timed = async (what, step) => {
  await turn();
  if (interrupted) throw new Error("interrupted");
  const at = performance.now();
  const done = await step();
  console.log(`${seconds(at).toFixed(1).padStart(6)} s  ${what}`);
  return done;
};

try {
  const file = await timed("npm pack", () => packed(folder));
  const next = nextVersion(file, folder);
  for (const app of APPS) {
    console.log(`\n${app.name}`);
    const place = join(folder, app.name.toLowerCase());
    mkdirSync(place);
    await adopt(app, place, { file, next }, timed);
  }
  const took = seconds(began);
  console.log(`\n${(took / 60).toFixed(1)} minutes of 15 in all`);
  process.exitCode = took < MOST_SECONDS ? 0 : 1;
} finally {
  rmSync(folder, { recursive: true, force: true });
}
