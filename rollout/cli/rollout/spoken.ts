import { systemClock } from "../../clock.ts";
import type { Command } from "../../core/journal.ts";
import { UserError } from "../../errors.ts";
import { give } from "../../run/command.ts";
import { type StackAtHand, whoami } from "../on.ts";
import { drive, hasSettled } from "./drive.ts";
import { rollBackUnwritten } from "./unwritten.ts";
import { heardBy } from "./word.ts";

const SAID = ["pause", "resume", "promote", "rollback"] as const satisfies readonly Command[];

/**
 * Does what the verb of the same name does, for whoever can press a button only.
 *
 * @returns what came of it, in a sentence
 * @throws {UserError} when the word makes no sense now
 */
export async function spoken(here: StackAtHand, word: string): Promise<string> {
  const { platform, stack } = here;
  const command = SAID.find((each) => each === word);
  if (!command) throw new UserError(`There is no such word: ${word}`);
  const isBack = command === "rollback";
  try {
    await give(platform, systemClock, command, whoami());
  } catch (error) {
    if (!isBack || error instanceof UserError) throw error;
    return sentence(await rollBackUnwritten(here, error as Error));
  }
  const runner = await heardBy(platform, isBack);
  if (runner) return `told ${runner.owner}`;
  if (!isBack)
    return `noted. Nobody runs this rollout now; to go on: rollout run --stack ${stack}${onText(here)}`;
  return sentence(await drive(here, { leave: hasSettled }));
}

function sentence({ outcome, reason }: { outcome: string; reason: string }): string {
  return `${outcome}: ${reason}`;
}

function onText({ platform }: StackAtHand): string {
  return platform.kind === "aws" ? " --on aws" : "";
}
