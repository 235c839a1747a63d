import { randomUUID } from "node:crypto";
import { open, readFile, realpath, rename, rm, stat } from "node:fs/promises";
import { dirname, join } from "node:path";
import type { Weights } from "../../core/weights.ts";
import { UserError } from "../../errors.ts";
import { weightsIn, withStable, withWeights } from "./config-text.ts";

/** Somebody wrote the config while we did; nothing of ours was written. */
export class ConfigChanged extends UserError {
  override name = "ConfigChanged";
}

/** A stack's Pulumi.<stack>.yaml: the one place that says what the weights are to be. */
export class ConfigFile {
  readonly path: string;

  constructor(projectDir: string, stack: string) {
    this.path = join(projectDir, `Pulumi.${stack}.yaml`);
  }

  /** @throws {UserError} when it can't be read */
  async weights(): Promise<Weights> {
    return weightsIn(await readText(this.path));
  }

  /** @throws {ConfigChanged} when somebody else wrote it meanwhile */
  async setWeights(weights: Weights): Promise<void> {
    await rewrite(this.path, (text) => withWeights(text, weights));
  }

  /** @throws {ConfigChanged} when somebody else wrote it meanwhile */
  async setStable(track: string): Promise<void> {
    await rewrite(this.path, (text) => withStable(text, track));
  }
}

/**
 * Replaces a file by an edit of it: whole or not at all, also when the power goes, and never over what somebody else
 * wrote in between.
 *
 * @throws {ConfigChanged}
 */
export async function rewrite(path: string, edit: (text: string) => string | Promise<string>): Promise<void> {
  const target = await realpath(path).catch(() => path);
  const before = await readText(target);
  const after = await edit(before);
  if (after === before) return;
  const { mode } = await stat(target);
  const draft = join(dirname(target), `.${randomUUID()}.yaml`);
  try {
    await writeDurably(draft, after, mode);
    if ((await readText(target)) !== before) {
      throw new ConfigChanged(`${path} was changed meanwhile by somebody else; it was left as it is`);
    }
    await rename(draft, target);
    await syncFolder(dirname(target));
  } finally {
    await rm(draft, { force: true });
  }
}

async function readText(path: string): Promise<string> {
  try {
    return await readFile(path, "utf8");
  } catch (error) {
    throw new UserError(`the stack's config can't be read: ${(error as Error).message}`);
  }
}

async function writeDurably(path: string, text: string, mode: number): Promise<void> {
  const file = await open(path, "wx", mode);
  try {
    await file.writeFile(text);
    await file.sync();
  } finally {
    await file.close();
  }
}

/** A rename is on the disk only when its folder is. */
async function syncFolder(path: string): Promise<void> {
  const folder = await open(path, "r");
  await folder.sync().finally(() => folder.close());
}
