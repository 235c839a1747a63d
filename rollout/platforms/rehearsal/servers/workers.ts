import { PROCESS_COUNTS } from "../../../../infra/host/processes/metrics.ts";
import { member } from "../../../../infra/sure.ts";
import { isRunning, start } from "../machine/processes.ts";
import type { Ledger, ProcessRecord, ServerRecord } from "../machine/state.ts";
import { endSoon, stop, stopAll } from "../machine/stopping.ts";
import type { WorkerPlan } from "../plan/describe-processes.ts";
import type { Room } from "../room.ts";
import { countedLine } from "./counted.ts";
import { isProcessOf, processKey } from "./keys.ts";
import { processHere, processStart } from "./process-start.ts";

/**
 * Plays systemd's part for a worker (infra/host/processes/units.ts): starts it again 5 s after it ended, passes SIGTERM on,
 * and kills it when it hasn't ended in time. Its first argument is that time in seconds, its second what is logged each time
 * that it is started again, with the time of day in the place of a zero.
 */
const SUPERVISE = `within=$1 again=$2
shift 2
leaving=
trap 'leaving=1; kill -TERM "$child" 2>/dev/null' TERM
while [[ -z $leaving ]]; do
  "$@" &
  child=$!
  if [[ -n $leaving ]]; then kill -TERM "$child"; fi
  wait "$child"
  if [[ -n $leaving ]]; then break; fi
  sleep 5 &
  child=$!
  wait "$child"
  if [[ -z $leaving ]]; then echo "\${again/'"Timestamp":0'/'"Timestamp":'$(date +%s)000}"; fi
done
for ((left = within * 10; left > 0; left--)); do
  if ! kill -0 "$child" 2>/dev/null; then exit; fi
  sleep 0.1
done
kill -KILL -- -$$
`;

/**
 * The words that run a worker's own under what plays systemd. Without --norc bash reads ~/.bashrc where its input is a
 * socket, as Node's pipes are, and takes the PATH from there.
 *
 * @param name shown in the list of processes
 */
export function supervised(name: string, stopSeconds: number, again: string): string[] {
  return ["bash", "--norc", "-c", SUPERVISE, name, String(stopSeconds), again];
}

type Found = [key: string, record: ProcessRecord];

/**
 * Starts the workers where they are to run, and tells those to end that are to run there no more. These aren't waited for:
 * they finish what they hold, while others have begun already, as on AWS.
 */
export async function moveWorkers(room: Room): Promise<void> {
  const { ledger, plan } = room;
  await forgetDead(ledger);
  const workers = plan.processes.filter((each) => each.kind === "worker");
  const stays = new Set<string>();
  for (const worker of workers) {
    for (const server of ledger.state.servers.filter(({ track }) => worker.tracks.includes(track))) {
      const found = workersOn(ledger, server, worker.name).filter(([, { runs }]) => !runs?.ending);
      for (const [key] of found.slice(0, worker.count)) stays.add(key);
      // A server that is about to be replaced keeps what it has.
      if (server.version !== versionOf(room, server.track)) continue;
      for (let missing = worker.count - found.length; missing > 0; missing -= 1) {
        stays.add(startWorker(room, server, worker));
      }
    }
  }
  for (const [key, { runs }] of allWorkers(ledger)) {
    if (stays.has(key) || runs?.ending) continue;
    endSoon(ledger, key);
    room.say(`${key.replace(/\.process$/, "")}: ends`);
  }
}

/** Ends what runs of the app on a server besides its web server, and waits for it, as AWS does before a server goes. */
export async function stopProcesses(ledger: Ledger, server: Pick<ServerRecord, "id">): Promise<void> {
  await stopAll(
    ledger,
    Object.keys(ledger.state.processes).filter((key) => isProcessOf(server, key)),
  );
}

function startWorker(room: Room, server: ServerRecord, worker: WorkerPlan): string {
  const { ledger } = room;
  const { name, stopSeconds } = worker;
  // One that still ends has its number, and its log.
  let number = 1;
  while (processKey(server, name, number) in ledger.state.processes) number += 1;
  const counted = { Stack: ledger.state.stack, Process: name, Track: server.track };
  const again = countedLine(PROCESS_COUNTS.restarts, counted, { at: 0 });
  const key = processKey(server, name, number);
  const within = supervised(key, stopSeconds, again);
  start(ledger, processStart(ledger.place, server, processHere(room, worker), within, number));
  room.say(`${server.id}.${name}-${number}: started`);
  return key;
}

function versionOf({ plan }: Room, track: string): string | undefined {
  return plan.tracks.find(({ name }) => name === track)?.version;
}

async function forgetDead(ledger: Ledger): Promise<void> {
  for (const [key, record] of allWorkers(ledger)) if (!isRunning(record)) await stop(ledger, key);
}

function workersOn(ledger: Ledger, { id }: ServerRecord, name: string): Found[] {
  return allWorkers(ledger).filter(([, { runs }]) => runs?.server === id && runs.name === name);
}

function allWorkers({ state }: Ledger): Found[] {
  return Object.keys(state.processes)
    .map((key): Found => [key, member(state.processes, key)])
    .filter(([, { runs }]) => runs?.kind === "worker");
}
