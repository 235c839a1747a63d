import { randomUUID } from "node:crypto";
import { existsSync, readFileSync } from "node:fs";
import { open, readFile, realpath, rename, rm, stat } from "node:fs/promises";
import { dirname, join } from "node:path";
import type { Led } from "../core/reading.ts";
import { isWhole, type Weights } from "../core/weights.ts";
import { UserError } from "../errors.ts";
import { engineYaml } from "../graph/engine-yaml.ts";
import { ledIn, withCohorts, withCohortsClosed } from "./cohorts.ts";
import { edited, removed } from "./edit.ts";
import { DRAINING, drainingOf, stableIn, weightsIn, withStable, withWeights } from "./weights.ts";

/** Somebody wrote the config while we did; nothing of ours was written. */
export class ConfigChanged extends UserError {
  override name = "ConfigChanged";
}

/** A stack's Pulumi.<stack>.yaml: the one place that says what the weights are to be. */
export class StackFile {
  readonly path: string;

  constructor(projectDir: string, stack: string) {
    this.path = stackFileOf(projectDir, stack);
  }

  /** @throws {UserError} when it can't be read */
  async weights(): Promise<Weights> {
    return weightsIn(await readText(this.path));
  }

  /** What a rollout changes in it. @throws {UserError} when it can't be read */
  async read(): Promise<{ weights: Weights; stable: string; draining: string | undefined; led: Led }> {
    const text = await readText(this.path);
    return { weights: weightsIn(text), stable: stableIn(text), draining: drainingOf(text), led: ledIn(text) };
  }

  /**
   * Where one track gets all the traffic, every cohort is closed with it: a rollback ends them, and so does the last step.
   *
   * @param draining the track without weight that keeps its sessions
   * @throws {ConfigChanged} when somebody else wrote it meanwhile
   */
  async setWeights(weights: Weights, draining?: string): Promise<void> {
    await rewrite(this.path, (text) => {
      const moved = withWeights(text, weights);
      const shared = isWhole(weights) ? withCohortsClosed(moved, this.path) : moved;
      return draining === undefined
        ? removed(shared, [["config", DRAINING]], this.path)
        : edited(shared, [{ path: [DRAINING], value: draining }], this.path);
    });
  }

  /** Nobody is led to the stable track, where everybody is. @throws {ConfigChanged} when somebody else wrote it meanwhile */
  async setStable(track: string): Promise<void> {
    await rewrite(this.path, (text) => withCohortsClosed(withStable(text, track), this.path, track));
  }

  /** @param to a track, or `none` @throws {ConfigChanged} when somebody else wrote it meanwhile */
  async setCohorts(cohorts: readonly string[], to: string): Promise<void> {
    await rewrite(this.path, (text) => withCohorts(text, cohorts, to, this.path));
  }

  /** @throws {ConfigChanged} when somebody else wrote it meanwhile */
  async setServers(track: string, servers: number): Promise<void> {
    await this.#edit(["rollout:tracks", track, "servers"], servers);
  }

  /** @throws {ConfigChanged} when somebody else wrote it meanwhile */
  async setMaintenance(on: boolean): Promise<void> {
    await this.#edit(["rollout:maintenance"], on);
  }

  /** The version that runs; an upgrade in place isn't asked for any more. @throws {ConfigChanged} when somebody else wrote it meanwhile */
  async setDatabaseVersion(major: number): Promise<void> {
    await rewrite(this.path, (text) => {
      const without = removed(text, [["config", "rollout:database", "upgradeFrom"]], this.path);
      return edited(without, [{ path: ["rollout:database", "version"], value: major }], this.path);
    });
  }

  #edit(path: string[], value: number | boolean): Promise<void> {
    return rewrite(this.path, (text) => edited(text, [{ path, value }], this.path));
  }
}

/** Where a stack's config is: beside Pulumi.yaml, or in the folder that its `stackConfigDir` names. */
export function stackFileOf(projectDir: string, stack: string): string {
  return join(projectDir, stackConfigDir(projectDir), `Pulumi.${stack}.yaml`);
}

function stackConfigDir(projectDir: string): string {
  const file = join(projectDir, "Pulumi.yaml");
  const project = existsSync(file) ? engineYaml("Pulumi.yaml", readFileSync(file, "utf8")) : undefined;
  return (project as { stackConfigDir?: string } | undefined)?.stackConfigDir ?? "";
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
