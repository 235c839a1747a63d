import { setTimeout as sleep } from "node:timers/promises";
import { type Command, InvalidArgumentError } from "commander";
import { isDuration, milliseconds } from "../../infra/settings/duration.ts";
import { Misuse } from "../errors.ts";
import type { SmokeResult } from "../smoke/run.ts";
import { onOption, type StackAtHand, stackAtHand } from "./on.ts";
import { out } from "./out.ts";

interface Options {
  track?: string;
  patience: number;
}

/** A balancer needs a moment until it routes by a new rule. */
const PAUSE_MS = 5_000;
/** In what is printed: the way in that users take. */
const PUBLIC = "public name";

export function register(program: Command): void {
  program
    .command("smoke")
    .summary("ask the stack whether it serves")
    .description(
      "Runs the smoke tests of the stack's config (rollout:smoke) as users do, through the public name, and at each track as a " +
        "tester does, whatever its weight. During maintenance the requests pass as an operator's. Exit code 0 when all passed, else 1.",
    )
    .option("--track <name>", "this track only")
    .option("--patience <duration>", "how long to try again what fails, such as 30s", patienceOf, 0)
    .addOption(onOption())
    .action(async (options: Options, command: Command) => {
      const here = await stackAtHand(command);
      const results: Record<string, SmokeResult> = {};
      for (const track of waysIn(here, options.track)) {
        const result = await patiently(here, track, options.patience);
        results[track ?? PUBLIC] = result;
        if (!here.json) out(textOf(track ?? PUBLIC, result));
      }
      const passed = Object.values(results).every((result) => result.passed);
      if (here.json) out(`${JSON.stringify({ stack: here.stack, passed, results })}\n`);
      process.exitCode = passed ? 0 : 1;
    });
}

/** undefined: the public name. */
function waysIn({ settings, stack }: StackAtHand, asked: string | undefined): (string | undefined)[] {
  const names = settings.tracks.map(({ name }) => name);
  if (asked === undefined) return [undefined, ...names];
  if (!names.includes(asked))
    throw new Misuse(`${stack} has no track ${asked}: its tracks are ${names.join(", ")}`);
  return [asked];
}

async function patiently(
  { platform, say }: StackAtHand,
  track: string | undefined,
  patienceMs: number,
): Promise<SmokeResult> {
  const until = performance.now() + patienceMs;
  for (;;) {
    const result = await platform.smoke(track);
    if (result.passed || performance.now() >= until) return result;
    say(`${track ?? PUBLIC}: not yet`);
    await sleep(Math.min(PAUSE_MS, Math.max(0, until - performance.now())));
  }
}

function textOf(way: string, { passed, details }: SmokeResult): string {
  return [`${way}: ${passed ? "passed" : "FAILED"}`, ...details.map((line) => `  ${line}`), ""].join("\n");
}

function patienceOf(text: string): number {
  if (isDuration(text)) return milliseconds(text);
  throw new InvalidArgumentError("It must be a duration such as 30s or 2m.");
}
