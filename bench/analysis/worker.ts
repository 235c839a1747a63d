import { parentPort } from "node:worker_threads";
import { play, type Scenario } from "./scenario.ts";

parentPort!.on("message", (scenario: Scenario) => parentPort!.postMessage(play(scenario)));
