import type { Command } from "commander";
import { Misuse } from "../errors.ts";
import { judgePhase } from "../phases/judge.ts";
import { phaseText } from "../phases/text.ts";
import { projectDir } from "./options.ts";
import { knownPhase, readMetrics, readPhases } from "./phase-files.ts";

interface Options {
  metrics: string;
  phase?: string;
  stack?: string;
  json?: boolean;
}

export function register(program: Command): void {
  program
    .command("phases")
    .summary("judge the phases of the launch by measured figures")
    .description(
      "Holds each phase of phases.yaml, or one, or those of a stack, to its entry criteria and its go/no-go checkpoint. A " +
        "metric that is missing makes it unknown, which is not GO. Exit code 0 when all that were asked for are GO, 1 when " +
        "not, 2 when a file can't be used.",
    )
    .requiredOption("--metrics <file>", "what was measured, YAML or JSON, such as error_percent: 0.3")
    .option("--phase <name>", "this phase only")
    .action(run);
}

function run(_options: unknown, command: Command): void {
  const { metrics: file, phase, stack, json } = command.optsWithGlobals<Options>();
  const phases = readPhases(projectDir());
  const metrics = readMetrics(file);
  const names = phase === undefined ? Object.keys(phases.phases) : [knownPhase(phases, phase)];
  const verdicts = names
    .map((name) => judgePhase(phases, name, metrics))
    .filter((verdict) => !stack || verdict.stack === null || verdict.stack === stack);
  // Nothing judged must not look like everything GO.
  if (verdicts.length === 0)
    throw new Misuse(phase ? `the phase ${phase} is not one of ${stack}` : `no phase is one of ${stack}`);
  const text = verdicts.map(phaseText).join("\n\n");
  process.stdout.write(`${json ? JSON.stringify({ phases: verdicts }) : text}\n`);
  process.exitCode = verdicts.every(({ outcome }) => outcome === "GO") ? 0 : 1;
}
