import { programFile } from "../../../../infra/package-folder.ts";
import { freePort } from "../machine/ports.ts";
import { answersAt, isRunning, start, untilReady } from "../machine/processes.ts";
import { stop } from "../machine/stopping.ts";
import type { Room } from "../room.ts";
import { declaredIn } from "./declared.ts";

export const KEY = "dependencies";

/** Starts the stand-in for the services of others that the stack declares, unless it stands in for them already. */
export async function ensureDependencies(room: Room): Promise<void> {
  const { ledger, plan } = room;
  const names = Object.keys(declaredIn(plan)).sort();
  const known = ledger.state.dependencies;
  const same = known !== undefined && known.names.join() === names.join();
  if (same && isRunning(ledger.state.processes[KEY])) return;
  if (!same) await stop(ledger, KEY);
  if (names.length === 0) return;
  const port = known?.port ?? (await freePort());
  ledger.change((state) => {
    state.dependencies = { port, names };
  });
  const main = programFile(import.meta.dirname, "main");
  const started = start(ledger, { key: KEY, command: [process.execPath, main, String(port), ...names] });
  await untilReady(started, () => answersAt(moodUrl(port)), { signal: room.signal });
  room.say(`dependencies: a stand-in for ${names.join(", ")} on 127.0.0.1:${port}`);
}

/** Where the stand-in is told how to behave, and tells how it does. */
export function moodUrl(port: number): string {
  return `http://127.0.0.1:${port}/mood`;
}
