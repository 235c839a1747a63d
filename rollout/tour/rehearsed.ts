import type { Weights } from "../core/weights.ts";
import { UserError } from "../errors.ts";
import { captureGraph } from "../graph/capture.ts";
import type { Graph } from "../graph/model.ts";
import { rehearse } from "../platforms/rehearsal/index.ts";
import { isRunning } from "../platforms/rehearsal/machine/processes.ts";
import { Ledger } from "../platforms/rehearsal/machine/state.ts";
import { placeIn } from "../platforms/rehearsal/verbs/options.ts";
import { copyProject } from "./project-copy.ts";
import type { TourPlatform } from "./tour.ts";

export interface RehearsedOptions {
  projectDir: string;
  stack: string;
  /** Where the stack's files go; by default `.rehearsal` in the project. */
  stateDir?: string | undefined;
  /** Told what happens, a line each. */
  say: (line: string) => void;
  signal?: AbortSignal;
}

/**
 * The rehearsal as the tour's platform. Shifts go the way a person's would: the config is changed and applied. It is
 * a copy's config: the user's stays as it is.
 *
 * @throws {UserError} when there is no such stack, or somebody has it up: it would be taken down under their hands
 */
export function rehearsedStack(given: RehearsedOptions): TourPlatform {
  refuseWhenUp(given);
  const { projectDir, stack, say, signal } = given;
  const copy = copyProject(projectDir, stack);
  let graph: Graph | undefined;
  const capture = async () => {
    graph = await captureGraph({ projectDir: copy.folder, stack });
    return graph;
  };
  const place = { ...placeOptions(given), say };
  const options = { ...place, capture, ...(signal && { signal }) };
  return {
    async up() {
      const { url, caFile, domain } = await rehearse.up(options);
      if (!graph) throw new Error(`${stack} came up without its program having run`);
      const { weights, stable } = graph.outputs as { weights: Weights; stable: string };
      say(`${stack} is up: ${url} (${textOf(weights)})`);
      return { url, caFile, domain, split: weights, stable };
    },
    async shift(split) {
      say(`shifting to ${textOf(split)}`);
      copy.setWeights(split);
      await rehearse.apply(options);
    },
    async down() {
      copy.remove();
      // Without the signal: what has been interrupted is to be taken down all the same.
      await rehearse.down(place);
    },
  };
}

function textOf(split: Weights): string {
  return Object.entries(split)
    .map(([track, weight]) => `${track} ${weight}`)
    .join(", ");
}

function placeOptions({ projectDir, stack, stateDir }: RehearsedOptions) {
  return { projectDir, stack, ...(stateDir && { stateDir }) };
}

function refuseWhenUp(options: RehearsedOptions): void {
  const ledger = Ledger.open(placeIn(placeOptions(options)));
  if (!ledger || !Object.values(ledger.state.processes).some(isRunning)) return;
  const { stack } = options;
  throw new UserError(
    `${stack} is up already. Take it down first: bin/rollout rehearse down --stack ${stack}`,
  );
}
