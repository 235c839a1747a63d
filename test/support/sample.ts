import { copyFileSync, cpSync, mkdirSync, mkdtempSync, readdirSync, rmSync, symlinkSync } from "node:fs";
import { join } from "node:path";

/** The repository. Its stacks are its team's own: what a test expects of a config stands in {@link SAMPLE}. */
export const ROOT = join(import.meta.dirname, "../..");

/** Two stacks of the sample application, with flags and phases: what tests know the values of. */
export const SAMPLE = join(import.meta.dirname, "../sample");

/** What a team writes of its own. */
const OWN = /^(Pulumi|flags|phases)\b.*\.yaml$/;

/**
 * Puts the project into a folder with the sample's config in place of the repository's. What is at its top is linked, but
 * for what is to be changed.
 *
 * @param copied names at the project's top
 */
export function layOutSample(folder: string, copied: readonly string[] = []): void {
  for (const name of readdirSync(ROOT)) {
    if ([".git", ".rehearsal"].includes(name) || OWN.test(name)) continue;
    if (copied.includes(name)) cpSync(join(ROOT, name), join(folder, name), { recursive: true });
    else symlinkSync(join(ROOT, name), join(folder, name));
  }
  for (const name of readdirSync(SAMPLE)) copyFileSync(join(SAMPLE, name), join(folder, name));
}

let laidOut: string | undefined;

/** The sample as a project's folder, one for a worker, to be read only. */
export function sampleProject(): string {
  if (!laidOut) {
    mkdirSync(join(ROOT, ".cache"), { recursive: true });
    const folder = mkdtempSync(join(ROOT, ".cache", "sample-"));
    process.on("exit", () => rmSync(folder, { recursive: true, force: true }));
    layOutSample(folder);
    laidOut = folder;
  }
  return laidOut;
}
