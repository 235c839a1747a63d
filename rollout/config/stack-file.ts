import {
  closeSync,
  fsyncSync,
  openSync,
  readFileSync,
  realpathSync,
  renameSync,
  statSync,
  writeSync,
} from "node:fs";
import { join } from "node:path";
import { isMap, parse, parseDocument } from "yaml";
import { UserError } from "../errors.ts";
import { type Edit, edited } from "./edit.ts";

/** Whole percents by track. */
export type Split = Readonly<Record<string, number>>;

/** Where a stack's config is: beside Pulumi.yaml, or in the folder that its `stackConfigDir` names. */
export function stackFileOf(projectDir: string, stack: string): string {
  const project = parse(readFileSync(join(projectDir, "Pulumi.yaml"), "utf8")) as { stackConfigDir?: string };
  return join(projectDir, project.stackConfigDir ?? "", `Pulumi.${stack}.yaml`);
}

/**
 * The weights that a stack's config states, of every track.
 *
 * @throws {UserError} when one is no whole number, or they don't sum to 100
 */
export function weightsIn(file: string): Record<string, number> {
  const tracks = parseDocument(readFileSync(file, "utf8")).getIn(["config", "rollout:tracks"]);
  if (!isMap(tracks)) throw new UserError(`${file}: rollout:tracks is not a map`);
  const entries = Object.entries(tracks.toJSON() as Record<string, { weight?: unknown }>);
  const weights = Object.fromEntries(entries.map(([track, { weight }]) => [track, weight as number]));
  checkSplit(weights, file);
  return weights;
}

/** Writes weights into a stack's config, comments kept. A track that isn't named gets 0. */
export function writeWeights(file: string, weights: Split): void {
  checkSplit(weights, file);
  const known = Object.keys(weightsIn(file));
  const unknown = Object.keys(weights).filter((track) => !known.includes(track));
  if (unknown.length > 0) throw new UserError(`${file} has no track ${unknown.join(", ")}`);
  change(
    file,
    known.map((track) => ({ path: ["rollout:tracks", track, "weight"], value: weights[track] ?? 0 })),
  );
}

export function writeServers(file: string, track: string, servers: number): void {
  change(file, [{ path: ["rollout:tracks", track, "servers"], value: servers }]);
}

/** The track that a rollback returns to. */
export function writeStable(file: string, track: string): void {
  change(file, [{ path: ["rollout:stable"], value: track }]);
}

export function writeMaintenance(file: string, on: boolean): void {
  change(file, [{ path: ["rollout:maintenance"], value: on }]);
}

/** Whole or not at all, and on the disk when it returns: a crash must not leave half a config. */
function change(file: string, edits: Edit[]): void {
  // A link stays one: what it points to is replaced.
  const real = realpathSync(file);
  const before = readFileSync(real, "utf8");
  const after = edited(before, edits, file);
  if (after === before) return;
  const draft = `${real}.${process.pid}.draft`;
  const handle = openSync(draft, "w", statSync(real).mode & 0o777);
  try {
    writeSync(handle, after);
    fsyncSync(handle);
  } finally {
    closeSync(handle);
  }
  renameSync(draft, real);
}

function checkSplit(weights: Split, file: string): void {
  const shares = Object.entries(weights);
  for (const [track, share] of shares) {
    if (!Number.isInteger(share) || share < 0)
      throw new UserError(`${file}: the weight of ${track} must be a whole percent, it is ${share}`);
  }
  const sum = shares.reduce((total, [, share]) => total + share, 0);
  if (sum !== 100) throw new UserError(`${file}: weights must sum to 100, they sum to ${sum}`);
}
