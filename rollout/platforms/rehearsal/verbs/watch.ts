import { existsSync, watch as watchFolder } from "node:fs";
import { setTimeout as sleep } from "node:timers/promises";
import { messageOf } from "../machine/errors.ts";
import { secretsFile } from "../plan/app-secrets.ts";
import { apply } from "./apply.ts";
import { type Options, placeIn, projectOf } from "./options.ts";
import type { Status } from "./status.ts";

/** Editors write a file in several steps; the last one counts. */
const SETTLE_MS = 150;

/**
 * Applies the stack's config whenever its file is saved, until the signal aborts or the stack is taken down.
 * Mistakes in it are told and the stack serves on as it was.
 *
 * @param applied told the outcome of each save
 */
export async function watch(options: Options, applied: (status: Status) => void): Promise<void> {
  const { stateFile } = placeIn(options);
  const { stack } = options;
  const files = [`Pulumi.${stack}.yaml`, `flags.${stack}.yaml`, secretsFile(stack)];
  const say = options.say ?? (() => {});
  let saved = 0;
  let done = 0;
  // The folder, not the file: most editors put a new file in the old one's place.
  const watcher = watchFolder(projectOf(options), (_, name) => {
    if (name && files.includes(name)) saved += 1;
  });
  try {
    say(`watching ${files.slice(0, -1).join(", ")} and ${files.at(-1)}`);
    while (!options.signal?.aborted && existsSync(stateFile)) {
      const seen = saved;
      await sleep(SETTLE_MS);
      if (seen === done || seen !== saved) continue;
      done = seen;
      await apply(options).then(applied, (error) =>
        say(`${messageOf(error)}\nThe stack serves on as it was.`),
      );
    }
  } finally {
    watcher.close();
  }
}
