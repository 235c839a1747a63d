import { existsSync } from "node:fs";
import { join, resolve } from "node:path";
import { parseArgs } from "node:util";
import { PACKAGE_FOLDER } from "../../infra/package-folder.ts";
import { textOf } from "../cli/exit.ts";
import { projectDir as projectHere } from "../cli/options.ts";
import { outLine, tell } from "../cli/out.ts";
import { stackSettings } from "../config/settings.ts";
import { checkedStackName } from "../core/stack-name.ts";
import type { Weights } from "../core/weights.ts";
import { Misuse } from "../errors.ts";
import { journeysOf } from "../load/profile/journeys-of.ts";
import { seededRandom } from "../load/random.ts";
import { Journeys } from "../load/requests/journeys.ts";
import { rehearsedStack } from "./rehearsed.ts";
import { stepsOf } from "./steps.ts";
import { tour } from "./tour.ts";
import { usualStack } from "./usual-stack.ts";

// What bin/rehearse runs once everything is installed.

const usage = `bin/rehearse [STACK] [--rate N] [--seconds N] [--seed N] [--state-dir DIR]

Brings STACK (default: beta, or the only one) up on this machine, serves HTTPS traffic through its weighted split,
shifts the split to 25, 50, 100 percent and back while the traffic goes on, and takes the stack down.

  --rate N         requests a second (default 100)
  --seconds N      how long each step is measured; the first twice as long (default 10)
  --seed N         of the random order of requests (default 1)
  --state-dir DIR  where the stack's data and logs go (default .rehearsal)

Exit code 0 when no request was lost and every split was within its bound, 1 otherwise, 2 for a wrong call.`;

try {
  process.exitCode = await main();
} catch (error) {
  tell(textOf(error));
  process.exitCode = error instanceof Misuse ? 2 : 1;
}

async function main(): Promise<number> {
  const { named, rate, seconds, seed, stateDir, help } = readArguments(process.argv.slice(2));
  if (help) {
    outLine(usage);
    return 0;
  }
  // The repository's own stacks, wherever it was called from; a package has none.
  const projectDir = existsSync(join(PACKAGE_FOLDER, "Pulumi.yaml")) ? PACKAGE_FOLDER : projectHere();
  const stack = named ?? usualStack(projectDir);
  const interrupted = interruption();
  const platform = rehearsedStack({ projectDir, stack, stateDir, say: tell, signal: interrupted });
  try {
    const say = outLine;
    const steps = (configured: Weights, stable: string) => stepsOf(configured, stable, seconds);
    const settings = stackSettings(projectDir, stack);
    const { journeys, from } = journeysOf(settings);
    // Each user asks six times a minute, as those of the sample do.
    const shots = settings.isSample ? undefined : new Journeys(journeys, seededRandom(seed), rate * 10);
    if (shots) say(`journeys: ${from}`);
    const options = { ratePerSecond: rate, seed, steps, signal: interrupted, say, shots };
    const { load, complaints } = await tour(platform, options);
    outLine(`\n${load.requests} requests in ${load.seconds.toFixed(0)} s, ${load.lost} lost`);
    for (const complaint of complaints) outLine(complaint);
    return complaints.length ? 1 : 0;
  } catch (error) {
    if (!interrupted.aborted) throw error;
    tell("interrupted; everything that was started has been stopped");
    return 130;
  }
}

/** Aborts at the first Ctrl-C or kill; further ones don't keep the stack from being taken down. */
function interruption(): AbortSignal {
  const controller = new AbortController();
  for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"] as const) {
    process.on(signal, () => {
      tell(controller.signal.aborted ? "still stopping ..." : "stopping ...");
      controller.abort();
    });
  }
  return controller.signal;
}

/** @throws {Misuse} */
function readArguments(args: string[]) {
  const options = {
    rate: { type: "string", default: "100" },
    seconds: { type: "string", default: "10" },
    seed: { type: "string", default: "1" },
    "state-dir": { type: "string" },
    help: { type: "boolean", short: "h", default: false },
  } as const;
  try {
    const { values, positionals } = parseArgs({ args, options, allowPositionals: true });
    const [stack, surplus] = positionals;
    if (surplus !== undefined) throw new Error(`one stack at a time, not also ${surplus}`);
    return {
      named: stack === undefined ? undefined : checkedStackName(stack),
      rate: numberOf("--rate", values.rate, 1, 5000),
      seconds: numberOf("--seconds", values.seconds, 1, 600),
      seed: numberOf("--seed", values.seed, 0, 2 ** 31),
      stateDir: values["state-dir"] && resolve(values["state-dir"]),
      help: values.help,
    };
  } catch (error) {
    throw new Misuse(`${(error as Error).message}\n\n${usage}`);
  }
}

function numberOf(flag: string, text: string, low: number, high: number): number {
  const value = Number(text);
  if (text.trim() === "" || !(value >= low && value <= high)) {
    throw new Error(`${flag} must be a number from ${low} to ${high}`);
  }
  return value;
}
