import type { Command } from "commander";
import { Misuse } from "../errors.ts";
import { globalOptions, projectDir } from "./options.ts";
import { outLine, passOn, tell } from "./out.ts";
import { askName } from "./restore/ask-name.ts";

export function register(program: Command): void {
  program
    .command("teardown")
    .summary("delete a stack in AWS, to the end")
    .description(
      "Says what is lost for good and what stays and costs, asks for the stack's name, takes a last backup of the database, and\n" +
        "deletes everything in the right order; `pulumi destroy` alone doesn't get to its end. Begun again, it goes on. The\n" +
        "rehearsal isn't meant: that is `rollout rehearse down`.",
    )
    .option("--yes-delete <name>", "the stack's name, for scripts: nobody is asked")
    .action(async (_options, command: Command) => {
      const { stack, json } = globalOptions(command);
      const { yesDelete } = command.optsWithGlobals() as { yesDelete?: string };
      if (yesDelete !== undefined && yesDelete !== stack)
        throw new Misuse(`--yes-delete ${yesDelete} isn't --stack ${stack}`);
      const [{ teardown }, { automation }, { systemClock }] = await Promise.all([
        import("../teardown/teardown.ts"),
        import("../platforms/aws/engine.ts"),
        import("../clock.ts"),
      ]);
      const plan = await teardown({
        stack,
        engine: automation({ projectDir: projectDir(), stack, clock: systemClock, onOutput: passOn }),
        clock: systemClock,
        confirm: (text) =>
          askName(text, { stack, given: yesDelete, option: "--yes-delete", to: "delete it" }),
        say: tell,
      });
      const stays = plan.stays.map((each) => `\n  ${each}`).join("");
      outLine(json ? JSON.stringify(plan) : `${stack} is deleted. In the account stays:${stays}`);
    });
}
