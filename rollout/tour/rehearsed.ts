import { UserError } from "../errors.ts";
import { captureGraph } from "../graph/capture.ts";
import type { Graph } from "../graph/model.ts";
import { rehearse } from "../platforms/rehearsal/index.ts";
import { placeIn } from "../platforms/rehearsal/options.ts";
import { isRunning } from "../platforms/rehearsal/processes.ts";
import { Ledger } from "../platforms/rehearsal/state.ts";
import { copyProject } from "./project-copy.ts";
import type { Split } from "./steps.ts";
import type { TourPlatform } from "./tour.ts";

/**
 * The rehearsal as the tour's platform. Shifts go the way a person's would: the config is changed and applied. It is
 * a copy's config: the user's stays as it is.
 *
 * @param say told what happens, a line each
 * @throws {UserError} when there is no such stack, or somebody has it up: it would be taken down under their hands
 */
export function rehearsedStack(
  projectDir: string,
  stack: string,
  say: (line: string) => void,
  signal?: AbortSignal,
): TourPlatform {
  refuseWhenUp(projectDir, stack);
  const copy = copyProject(projectDir, stack);
  let graph: Graph | undefined;
  const capture = async () => {
    graph = await captureGraph({ projectDir: copy.folder, stack });
    return graph;
  };
  const options = { stack, projectDir, say, capture, ...(signal ? { signal } : {}) };
  return {
    async up() {
      const { url, caFile, domain } = await rehearse.up(options);
      const { weights, stable } = graph!.outputs as { weights: Split; stable: string };
      return { url, caFile, domain, split: weights, stable };
    },
    async shift(split) {
      copy.setWeights(split);
      await rehearse.apply(options);
    },
    async down() {
      copy.remove();
      await rehearse.down({ stack, projectDir, say });
    },
  };
}

function refuseWhenUp(projectDir: string, stack: string): void {
  const ledger = Ledger.open(placeIn({ projectDir, stack }));
  if (!ledger || !Object.values(ledger.state.processes).some(isRunning)) return;
  throw new UserError(
    `${stack} is up already. Take it down first: bin/rollout rehearse down --stack ${stack}`,
  );
}
