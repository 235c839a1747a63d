import type { Command } from "commander";
import { systemClock } from "../../../clock.ts";
import { Misuse } from "../../../errors.ts";
import { serve } from "../../../run/service/serve.ts";
import { onOption, stackAtHand } from "../../on.ts";
import { globalOptions } from "../../options.ts";
import { tell } from "../../out.ts";
import { drive } from "../drive.ts";
import { steered } from "./steered.ts";

const ENDS = "The stack's controller ends; the next one goes on.";

interface ControllerOptions {
  on: "aws" | "rehearsal";
  journal?: string;
  region?: string;
}

export function register(program: Command): void {
  program
    .command("controller")
    .summary("be the stack's controller: take up what was handed over")
    .description(
      "Takes up each rollout whose candidate is up, to its end, and waits for the next one, for as long as the process lives. It may be " +
        "killed at any moment: started again, it goes on from the journal. In a rehearsal with `rollout:controller: { in: stack }` " +
        "`rehearse up` starts it, and it is started again when it dies. On AWS it needs neither Pulumi nor a checkout of the config: " +
        "what `rollout run` hands over stands beside the journal.",
    )
    .addOption(onOption())
    .option("--journal <bucket>", "on AWS: the stack's journal bucket (its output journalBucket)")
    .option("--region <region>", "on AWS: the stack's region")
    .action(async (options: ControllerOptions, command: Command) => {
      const { stack } = globalOptions(command);
      const { journal, open } = options.on === "aws" ? onAws(command, options) : await here(command);
      // Who may not read it is told so here and now, and not once a second.
      await journal.read();
      tell(`The controller of ${stack} waits for rollouts.`);
      await serve({
        journal,
        clock: systemClock,
        say: tell,
        drive: async (leave) => drive(await open(), { leave, stays: ENDS }),
      });
    });
}

/** Opened anew for each rollout: the config may have been changed since. */
async function here(command: Command) {
  const { platform } = await stackAtHand(command);
  return { journal: platform.journal, open: () => stackAtHand(command) };
}

function onAws(command: Command, { journal: bucket, region }: ControllerOptions) {
  if (!bucket || !region) throw new Misuse("on AWS it takes --journal and --region");
  const { stack, json } = globalOptions(command);
  return steered({ stack, region, bucket, json });
}
