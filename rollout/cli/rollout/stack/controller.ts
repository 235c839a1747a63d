import type { Command } from "commander";
import { systemClock } from "../../../clock.ts";
import { serve } from "../../../run/serve.ts";
import { onOption, stackAtHand } from "../../on.ts";
import { drive } from "../drive.ts";

const ENDS = "The stack's controller ends; the next one goes on.";

export function register(program: Command): void {
  program
    .command("controller")
    .summary("be the stack's controller: take up what was handed over")
    .description(
      "Takes up each rollout whose candidate is up, to its end, and waits for the next one, for as long as the process lives. It may be " +
        "killed at any moment: started again, it goes on from the journal. A stack with `rollout:controller: { in: stack }` has one; " +
        "`rehearse up` starts it, and starts it again when it dies.",
    )
    .addOption(onOption())
    .action(async (_options, command: Command) => {
      const { platform, say, stack } = await stackAtHand(command);
      say(`The controller of ${stack} waits for rollouts.`);
      await serve({
        journal: platform.journal,
        clock: systemClock,
        say,
        // Opened anew: the config may have been changed since.
        drive: async (leave) => drive(await stackAtHand(command), { leave, stays: ENDS }),
      });
    });
}
