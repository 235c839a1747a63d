import { join } from "node:path";
import { programFile } from "../../../../infra/package-folder.ts";
import { isRunning, start } from "../machine/processes.ts";
import { stop } from "../machine/stopping.ts";
import type { Room } from "../room.ts";
import { supervised } from "../servers/workers.ts";

const KEY = "controller";
const MAIN = programFile(join(import.meta.dirname, "../../.."), "main");
/** An update of the stack's that is under way is finished, or the next one goes on with it. */
const STOP_SECONDS = 10;

/**
 * Starts the stack's controller, where it has one, in what plays systemd: it starts a controller that died again after five
 * seconds.
 */
export async function ensureController({ ledger, plan, projectDir, say }: Room): Promise<void> {
  if (!plan.controlled) return stop(ledger, KEY);
  if (isRunning(ledger.state.processes[KEY])) return;
  const { PATH, HOME, NODE_COMPILE_CACHE, ROLLOUT_WEBHOOKS } = process.env;
  start(ledger, {
    key: KEY,
    command: [
      ...supervised(KEY, STOP_SECONDS, "The controller has died, and is started again."),
      ...[process.execPath, MAIN, "controller", "--stack", ledger.place.stack, "--on", "rehearsal"],
    ],
    cwd: projectDir,
    env: { PATH, HOME, NODE_COMPILE_CACHE, ROLLOUT_WEBHOOKS },
    graceMs: (STOP_SECONDS + 2) * 1000,
  });
  say("controller: waits for rollouts");
}
