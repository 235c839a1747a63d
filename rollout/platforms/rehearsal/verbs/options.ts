import { join } from "node:path";
import type { Graph } from "../../../graph/model.ts";
import { type Place, placeOf } from "../machine/state.ts";

/** What every verb of the rehearsal takes. */
export interface Options {
  stack: string;
  /** The folder with `Pulumi.yaml`; by default the working directory. */
  projectDir?: string;
  /** Where the stacks' folders go; by default `.rehearsal` in the project. */
  stateDir?: string;
  /** Told what happens, a line each. */
  say?: (line: string) => void;
  /** Aborts: what this command has started is stopped. */
  signal?: AbortSignal;
  /** Gives the stack's resources; by default the program is run for them. */
  capture?: () => Promise<Graph>;
}

export interface UpOptions extends Options {
  /** The port of the URL; by default 8443, or any free one when that is taken. */
  port?: number;
  /** Only what is up already: a stack that was taken down meanwhile stays down. */
  again?: boolean;
  /** The track that must come up: one whose version isn't migrated yet is refused, and not left as it is. */
  needed?: string;
}

export function projectOf({ projectDir }: Options): string {
  return projectDir ?? process.cwd();
}

export function placeIn(options: Options): Place {
  return placeOf(options.stack, options.stateDir ?? join(projectOf(options), ".rehearsal"));
}

export async function captured(options: Options): Promise<Graph> {
  if (options.capture) return options.capture();
  const { captureGraph } = await import("../../../graph/capture.ts");
  return captureGraph({ projectDir: projectOf(options), stack: options.stack });
}
