import type { Command as Verb } from "commander";
import type { Command } from "../core/journal.ts";
import { UserError } from "../errors.ts";
import { Held } from "../platforms/held.ts";
import { systemClock } from "../run/clock.ts";
import { give } from "../run/command.ts";
import { onOption, openStage, type Stage, whoami } from "./on.ts";

export interface Word {
  command: Command;
  summary: string;
  description: string;
  /** What to do instead when the word is refused. */
  instead?: string;
  /** What happens when no run is there to hear it; by default it is said that one must be started. */
  alone?: (stage: Stage) => Promise<number>;
}

/** A verb that gives a rollout a person's word. The word is in the journal when it ends; the run acts on it. */
export function registerWord(program: Verb, { command, summary, description, alone, instead }: Word): void {
  program
    .command(command)
    .summary(summary)
    .description(description)
    .addOption(onOption())
    .action(async (_options, verb: Verb) => {
      const stage = await openStage(verb);
      const { platform, stack, json, say } = stage;
      await give(platform, systemClock, command, whoami()).catch((error: unknown) => {
        if (instead && error instanceof UserError) throw new UserError(`${error.message}\n${instead}`);
        throw error;
      });
      const runner = await runnerOf(stage);
      if (runner === undefined && alone) {
        process.exitCode = await alone(stage);
        return;
      }
      if (runner === undefined) say(`Nobody runs this rollout now. Go on: rollout run --stack ${stack}`);
      const text = runner ? `${command}: told ${runner}` : `${command}: noted`;
      process.stdout.write(
        json ? `${JSON.stringify({ stack, command, runner: runner ?? null })}\n` : `${text}\n`,
      );
    });
}

/** Who runs the rollout; undefined when nobody does. */
async function runnerOf({ platform }: Stage): Promise<string | undefined> {
  try {
    const lock = await platform.journal.lock(`${whoami()}, who looks who runs it`);
    await lock.release();
    return undefined;
  } catch (error) {
    if (error instanceof Held) return error.owner;
    throw error;
  }
}
