import type { Command } from "commander";
import { member } from "../../../infra/sure.ts";
import { Misuse } from "../../errors.ts";
import { judgePhase } from "../../phases/judge.ts";
import { phaseText } from "../../phases/text.ts";
import { projectDir } from "../options.ts";
import { out } from "../out.ts";
import { reachIn } from "./enter-phase.ts";
import { knownPhase, readPhases } from "./phase-files.ts";
import {
  evidenceFor,
  hasSource,
  SOURCES,
  SOURCES_HELP,
  type Supplied,
  sourceOptions,
} from "./phase-sources.ts";

interface Options extends Supplied {
  phase?: string;
  stack?: string;
  json?: boolean;
}

export function register(program: Command): void {
  const phases = program
    .command("phases")
    .summary("judge the phases of the launch by measured figures")
    .description(
      "Holds each phase of phases.yaml, or one, or those of a stack, to its entry criteria and its go/no-go checkpoint. A " +
        "metric that is missing, or that Prometheus or CloudWatch doesn't tell, makes it unknown, which is not GO. What the " +
        "file says goes before what they say. Exit code 0 when all that were asked for are GO, 1 when not, 2 when a file " +
        "can't be used.",
    )
    .option("--phase <name>", "this phase only")
    .addHelpText("after", SOURCES_HELP)
    .action(run);
  sourceOptions(phases);
}

async function run(_options: unknown, command: Command): Promise<void> {
  const { phase, stack, json, ...from } = command.optsWithGlobals<Options>();
  if (!hasSource(from)) throw new Misuse(`what was measured? Add ${SOURCES}`);
  const dir = projectDir();
  const phases = readPhases(dir);
  const names = phase === undefined ? Object.keys(phases.phases) : [knownPhase(phases, phase)];
  const asked = names.filter((name) => {
    const { stack: only } = member(phases.phases, name);
    return !stack || only === undefined || only === stack;
  });
  // Nothing judged must not look like everything GO.
  if (asked.length === 0)
    throw new Misuse(phase ? `the phase ${phase} is not one of ${stack}` : `no phase is one of ${stack}`);
  const { metrics, unread } = await evidenceFor(phases, asked, from);
  const verdicts = asked.map((name) => {
    const verdict = judgePhase(phases, name, metrics, unread);
    const on = verdict.stack ?? stack;
    return { ...verdict, reach: on ? reachIn(dir, on, verdict) : [] };
  });
  const text = verdicts.map((verdict) => phaseText(verdict, verdict.reach)).join("\n\n");
  out(`${json ? JSON.stringify({ phases: verdicts }) : text}\n`);
  process.exitCode = verdicts.every(({ outcome }) => outcome === "GO") ? 0 : 1;
}
