import { programFile } from "../../../../infra/package-folder.ts";
import { freePort } from "../machine/ports.ts";
import { answersAt, isRunning, start, untilReady } from "../machine/processes.ts";
import type { Room } from "../room.ts";
import { publish, publishedFile } from "./published.ts";

const KEY = "flags";

/** Publishes the stack's flags and starts the agent that serves them, unless it runs. No server is started again. */
export async function ensureFlags(room: Room): Promise<void> {
  const { ledger, plan } = room;
  if (!plan.flags) return;
  const file = publishedFile(ledger.place);
  const version = publish(file, plan.flags);
  const port = ledger.state.flags?.port ?? (await freePort());
  if (ledger.state.flags?.version !== version) {
    ledger.change((state) => {
      state.flags = { port, version };
    });
    room.say(`flags: version ${version} is served on 127.0.0.1:${port}`);
  }
  if (isRunning(ledger.state.processes[KEY])) return;
  const main = programFile(import.meta.dirname, "main");
  const started = start(ledger, { key: KEY, command: [process.execPath, main, file, String(port)] });
  await untilReady(started, () => answersAt(`http://127.0.0.1:${port}/ping`), { signal: room.signal });
}
