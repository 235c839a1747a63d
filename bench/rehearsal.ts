import { join } from "node:path";
import { rehearse } from "../rollout/platforms/rehearsal/index.ts";
import type { Options } from "../rollout/platforms/rehearsal/verbs/options.ts";
import { copyProject, type ProjectCopy } from "../rollout/tour/project-copy.ts";

/** Where a bench's own rehearsal is: a copy of the project, with its state in it. */
export type BenchPlace = Required<Pick<Options, "projectDir" | "stateDir" | "stack">>;

/**
 * Runs a bench with a rehearsal of its own, which it brings up itself. What it leaves running is taken down, also when it
 * fails or is interrupted; then the process exits, with `process.exitCode`.
 */
export async function benchInRehearsal(
  stack: string,
  bench: (place: BenchPlace, copy: ProjectCopy) => Promise<void>,
): Promise<never> {
  const copy = copyProject(join(import.meta.dirname, ".."), stack);
  const place = { projectDir: copy.folder, stateDir: join(copy.folder, "state"), stack };
  const interrupted = new Promise<never>((_, reject) => {
    for (const signal of ["SIGINT", "SIGTERM"] as const)
      process.once(signal, () => reject(new Error(`ended by ${signal}`)));
  });
  try {
    await Promise.race([bench(place, copy), interrupted]);
  } finally {
    // By force: a bench that failed may have left a rollout under way.
    await rehearse.down({ ...place, force: true });
    copy.remove();
  }
  // An interrupted run may still hold timers.
  process.exit();
}
