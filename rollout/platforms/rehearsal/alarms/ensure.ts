import { rmSync } from "node:fs";
import { programFile } from "../../../../infra/package-folder.ts";
import { layoutOf } from "../balancer/balancing.ts";
import { isRunning, start, untilReady } from "../machine/processes.ts";
import { namesIn } from "../metrics/named.ts";
import type { Room } from "../room.ts";
import { boardFile, orderFile, trackAlarm, writeOrder } from "./board.ts";
import { watchedAlarms } from "./watched.ts";

const KEY = "alarms";

/** Says which alarms the stack registers for its tracks, and starts the process that evaluates them unless it runs. */
export async function ensureAlarms(room: Room): Promise<void> {
  const { graph, ledger, plan } = room;
  const { place } = ledger;
  const watched = watchedAlarms(graph);
  const { balancer, targetGroups } = namesIn(graph, plan.tracks);
  const file = orderFile(place);
  const named = { balancer, targetGroups };
  writeOrder(file, { ...watched, named, socket: layoutOf(ledger).socket, logs: place.logs });
  for (const [track, why] of Object.entries(watched.refused))
    room.say(`alarms: that of ${track} isn't played here: ${why}`);
  const tracks = Object.keys(watched.ofTrack);
  if (isRunning(ledger.state.processes[KEY])) return;
  rmSync(boardFile(file), { force: true });
  const main = programFile(import.meta.dirname, "main");
  const started = start(ledger, {
    key: KEY,
    command: [process.execPath, main, file],
    env: { NODE_COMPILE_CACHE: process.env.NODE_COMPILE_CACHE },
  });
  const all = async () =>
    tracks.every((track) => trackAlarm(place, track, { now: Date.now(), wall: Date.now() }));
  await untilReady(started, all, { signal: room.signal });
  room.say(`alarms: those of ${tracks.join(", ") || "no track"} are evaluated each minute`);
}
