import { setTimeout as sleep } from "node:timers/promises";
import { parentPort, workerData } from "node:worker_threads";
import { userAddress } from "../../../rollout/load/requests/mix.ts";
import type { CrowdOrder, CrowdTold } from "./crowd.ts";
import { Notebook } from "./notes.ts";
import { Visitor } from "./visitor.ts";

// A thread of its own: what the bench does meanwhile doesn't keep users waiting.

const { place, users, ratePerSecond, habits, phase }: CrowdOrder = workerData;
const notes = new Notebook(phase);
const told = (message: CrowdTold) => parentPort!.postMessage(message);
let enough = false;
parentPort!.on("message", (name: string | undefined) => {
  if (name === undefined) enough = true;
  else notes.mark(name);
});

const begun = performance.now();
const visits: Promise<void>[] = [];
for (let number = 1; number <= users || !enough; number += 1) {
  const due = begun + ((number - 1) * 1000) / ratePerSecond;
  const wait = due - performance.now();
  if (wait > 0) await sleep(wait);
  visits.push(Visitor.visit(`u${number}`, userAddress(number), place, notes, habits));
}
await Promise.all(visits);
told({ phases: notes.phases });
parentPort!.close();
