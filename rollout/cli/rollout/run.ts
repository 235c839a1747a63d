import { type Command, InvalidArgumentError, Option } from "commander";
import { type Duration, isDuration, seconds } from "../../../infra/settings/duration.ts";
import { first } from "../../../infra/sure.ts";
import { systemClock } from "../../clock.ts";
import type { PhaseRecord } from "../../core/journal.ts";
import { planOf } from "../../core/plan.ts";
import type { RolloutState } from "../../core/state.ts";
import { Misuse, UserError } from "../../errors.ts";
import type { Beginning } from "../../run/begin.ts";
import { give } from "../../run/command.ts";
import { hearer } from "../../run/hearing.ts";
import { headline } from "../../view/once-told.ts";
import { onOption, type StackAtHand, stackAtHand, whoami } from "../on.ts";
import { globalOptions, projectDir } from "../options.ts";
import { out } from "../out.ts";
import { enterPhase } from "../phases/enter-phase.ts";
import { hasSource, SOURCES, SOURCES_HELP, type Supplied, sourceOptions } from "../phases/phase-sources.ts";
import { TELL_HELP } from "../tell.ts";
import { drive, stateOf } from "./drive.ts";
import { configFromJournal } from "./from-journal.ts";
import { checkShares } from "./shares.ts";
import { handOver } from "./stack/hand-over.ts";

interface RunOptions extends Supplied {
  candidate?: string;
  adopt?: boolean;
  restore?: boolean;
  keep?: Duration;
  anew?: boolean;
  fromJournal?: boolean;
  phase?: string;
  here?: boolean;
}

export function register(program: Command): void {
  const verb = program
    .command("run")
    .summary("roll a candidate out, step by step")
    .description(
      "Takes the candidate through the plan in the stack's config: backup, migration, deployment without traffic, smoke " +
        "test, then step by step up to 100 %. It rolls back by itself when the evidence says so, and a run that was killed " +
        "is gone on with by the same command. Exit code 0 when the candidate was promoted, else 1.",
    )
    .option(
      "--candidate <track>",
      "the track that is to take over (default, the first time: the only other one)",
    )
    .addOption(onOption())
    .addOption(
      new Option("--adopt", "after a drift: go on with the weights that the balancer has").conflicts(
        "restore",
      ),
    )
    .option("--restore", "after a drift: set the weights that the rollout left")
    .option(
      "--keep <duration>",
      "how long the servers of the track without traffic stay (default on AWS: plan.limits.keep)",
      keepTime,
    )
    .option(
      "--anew",
      "begin another rollout although the last one still keeps the servers of the track without traffic",
    )
    .option(
      "--from-journal",
      "go on, and begin nothing: put the weights that the journal has into this checkout's config first",
    )
    .option(
      "--here",
      "drive it from here to its end, where the stack has a controller of its own that would (rollout:controller)",
    )
    .option("--phase <name>", "the phase of phases.yaml that this begins: refused unless it is GO")
    .addHelpText("after", `${SOURCES_HELP}\n${TELL_HELP.split("\n").slice(1).join("\n")}`)
    .action(async (options: RunOptions, command: Command) => {
      // Before anything is opened: a phase that isn't GO leaves no trace.
      const phase = await checkPhase(options, command);
      const here = await stackAtHand(command);
      if (phase) for (const line of phase.reach) here.say(`${phase.name}: ${line}`);
      const before = await stateOf(here);
      if (options.fromJournal && !(await configFromJournal(projectDir(), here.stack, before)))
        throw new UserError(`No rollout of ${here.stack} is under way: there is nothing to go on with.`);
      const begin = beginningOf(here, before, options, phase);
      for (const settled of ["adopt", "restore"] as const) {
        if (!options[settled]) continue;
        await give(here.platform, systemClock, settled, whoami());
        // One that stopped at a drift may be there still, and watches: it hears the word.
        const runner = await hearer(here.platform, systemClock, whoami());
        if (runner) return told(here, settled, runner.owner);
      }
      const isHanded = here.settings.controller.in === "stack" && !options.here;
      const result = isHanded ? await handOver(here, begin) : await drive(here, { begin });
      const state = await stateOf(here);
      const { stack, json } = here;
      const document = { stack, rollout: state?.rollout, candidate: state?.candidate, ...result };
      out(json ? `${JSON.stringify(document)}\n` : `${result.outcome}: ${headline(result.reason)}\n`);
      process.exitCode = result.outcome === "promoted" ? 0 : 1;
    });
  sourceOptions(verb);
}

function told({ stack, json }: StackAtHand, command: "adopt" | "restore", runner: string): void {
  out(json ? `${JSON.stringify({ stack, command, runner })}\n` : `${command}: told ${runner}\n`);
}

async function checkPhase(
  { phase, metrics, prometheus, cloudwatch }: RunOptions,
  command: Command,
): Promise<PhaseRecord | undefined> {
  const from: Supplied = {
    ...(metrics !== undefined && { metrics }),
    ...(prometheus !== undefined && { prometheus }),
    ...(cloudwatch !== undefined && { cloudwatch }),
  };
  if (phase === undefined && !hasSource(from)) return undefined;
  if (phase === undefined) throw new Misuse(`${SOURCES} is what a phase is judged by: add --phase NAME`);
  if (!hasSource(from)) throw new Misuse(`--phase is judged by what was measured: add ${SOURCES}`);
  return enterPhase(projectDir(), globalOptions(command).stack, { phase, ...from });
}

/**
 * A rollout that is under way goes on by the plan in its journal, whatever the config says by now. Once there has
 * been a rollout, the next candidate must be named: else the command that goes on with a killed run would begin
 * another rollout, when that run had just written its last entry.
 */
function beginningOf(
  here: StackAtHand,
  state: RolloutState | undefined,
  options: RunOptions,
  phase: PhaseRecord | undefined,
): Beginning | undefined {
  const { settings, platform } = here;
  if (options.adopt || options.restore) return undefined;
  if (options.anew && options.candidate === undefined)
    throw new Misuse("--anew begins another rollout: name its track with --candidate");
  if (state && options.candidate === undefined) {
    if (state.stage.at !== "ended") return undefined;
    const { outcome, rollout } = state;
    throw new UserError(
      `The last rollout (${rollout}) is over: ${outcome?.is}, ${outcome?.reason}. To begin another, name its track with --candidate.`,
    );
  }
  const candidate = options.candidate ?? onlyOther(here);
  if (!settings.tracks.some(({ name }) => name === candidate))
    throw new Misuse(`${here.stack} has no track ${candidate}: its tracks are ${namesOf(here).join(", ")}`);
  checkShares(here, candidate);
  // On one machine the servers stay in any case, so there is nothing to wait for.
  const keep = options.keep ?? (platform.kind === "rehearsal" ? "0s" : undefined);
  const plan = planOf(settings.plan, keep && { keepSeconds: seconds(keep) }, settings.app);
  const { anew = false } = options;
  const rollout = nameOf(candidate, new Date());
  return { rollout, stable: settings.stable, candidate, plan, anew, ...(phase && { phase }) };
}

function onlyOther(here: StackAtHand): string {
  const others = namesOf(here).filter((name) => name !== here.settings.stable);
  if (others.length === 1) return first(others);
  const which = others.length > 1 ? `which one? --candidate ${others.join(" or --candidate ")}` : "";
  throw new Misuse(which || "there is no other track to roll out; a first release names the stable one");
}

function namesOf({ settings }: StackAtHand): string[] {
  return settings.tracks.map(({ name }) => name);
}

/** Such as `green-20261121-074501`: it names the backup too. */
function nameOf(candidate: string, now: Date): string {
  return `${candidate}-${now.toISOString().slice(0, 19).replaceAll(/[-:]/g, "").replace("T", "-")}`;
}

function keepTime(text: string): Duration {
  if (isDuration(text)) return text;
  throw new InvalidArgumentError("It must be a duration such as 30m or 1h.");
}
