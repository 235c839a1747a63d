import type { Command as Verb } from "commander";
import { systemClock } from "../../clock.ts";
import type { Command } from "../../core/journal.ts";
import { UserError } from "../../errors.ts";
import type { Platform } from "../../platforms/platform.ts";
import { give } from "../../run/command.ts";
import { hearer, runnerOf } from "../../run/hearing.ts";
import { onOption, type StackAtHand, stackAtHand, whoami } from "../on.ts";
import { out } from "../out.ts";

export interface Word {
  command: Command;
  summary: string;
  description: string;
  /** What to do instead when the word is refused. */
  instead?: string;
  /** What happens when no run is there to hear it; by default it is said that one must be started. */
  alone?: (here: StackAtHand) => Promise<number>;
  /** What happens when the word can't be written, or nothing can; by default it is an error. */
  unwritten?: (here: StackAtHand, error: Error) => Promise<number>;
}

const WORDS = {
  pause: {
    summary: "hold a rollout where it is",
    description:
      "No step is taken until `resume`. The gates go on watching: a candidate that gets sick is rolled back all the same.",
  },
  resume: {
    summary: "let a paused rollout go on",
    description: "Ends a pause, or takes a stopped rollout up again.",
  },
  promote: {
    summary: "skip the rest of the present bake, and of a drain",
    description: "The next step is taken now, on a person's word. A gate that has failed isn't overruled.",
  },
} as const;

/** The verbs that are nothing but a word. */
export function wordVerb(command: keyof typeof WORDS): { register(program: Verb): void } {
  return { register: (program) => registerWord(program, { command, ...WORDS[command] }) };
}

/** A verb that gives a rollout a person's word. The word is in the journal when it ends; the run acts on it. */
export function registerWord(
  program: Verb,
  { command, summary, description, alone, instead, unwritten }: Word,
): void {
  program
    .command(command)
    .summary(summary)
    .description(description)
    .addOption(onOption())
    .action(async (_options, verb: Verb) => {
      const here = await stackAtHand(verb);
      try {
        await speak(here);
      } catch (error) {
        if (!unwritten || error instanceof UserError) throw error;
        process.exitCode = await unwritten(here, error as Error);
      }
    });

  async function speak(here: StackAtHand): Promise<void> {
    const { platform, stack, json, say } = here;
    await give(platform, systemClock, command, whoami()).catch((error: unknown) => {
      if (instead && error instanceof UserError) throw new UserError(`${error.message}\n${instead}`);
      throw error;
    });
    const runner = await heardBy(platform, alone !== undefined);
    if (runner === undefined && alone) {
      process.exitCode = await alone(here);
      return;
    }
    if (runner === undefined) say(`Nobody runs this rollout now. Go on: rollout run --stack ${stack}`);
    if (runner?.answered === false)
      say(
        `It hasn't answered yet: it acts when what it does now is over. See: rollout status --stack ${stack}`,
      );
    const text = runner ? `${command}: told ${runner.owner}` : `${command}: noted`;
    out(json ? `${JSON.stringify({ stack, command, runner: runner?.owner ?? null })}\n` : `${text}\n`);
  }
}

/**
 * Who hears a word that was given.
 *
 * @param surely whether a run that seems to be there is alive: it matters only to who could do the work himself
 * @returns undefined when nobody does
 */
export async function heardBy(
  platform: Platform,
  surely: boolean,
): Promise<{ owner: string; answered?: boolean } | undefined> {
  if (surely) return hearer(platform, systemClock, whoami());
  const owner = await runnerOf(platform, whoami());
  return owner === undefined ? undefined : { owner };
}
