import type { Command } from "commander";
import { systemClock } from "../../clock.ts";
import { Misuse, UserError } from "../../errors.ts";
import type { RestoringOnAws } from "../../restore/aws/restore.ts";
import type { Switched } from "../../restore/losing.ts";
import { untilInterrupted } from "../exit.ts";
import { onOption } from "../on.ts";
import { globalOptions, projectDir } from "../options.ts";
import { out, tell } from "../out.ts";
import { askName } from "./ask-name.ts";
import { momentOf } from "./moment.ts";

export function register(program: Command): void {
  program
    .command("restore")
    .summary("give the database's place to itself as it was at a moment")
    .description(
      "Restores the database to a moment, beside the live one, tries the application on it, says what would be lost, and asks for\n" +
        "the stack's name. Then it takes the live one's place, at the same address; the database of before is kept, and `--back`\n" +
        "changes the two again. Killed at any moment, the same command goes on. Where nobody can be asked it ends before that.",
    )
    .option("--to <time>", "the moment, such as 2026-11-21T09:30:00Z", momentOf)
    .option("--back", "give the place to the database that was live before")
    .option("--yes <name>", "the stack's name, for scripts: nobody is asked")
    .addOption(onOption())
    .action(async (_options, command: Command) => {
      const { stack, json } = globalOptions(command);
      const { on, to, back, yes } = command.optsWithGlobals() as {
        on: "aws" | "rehearsal";
        to?: number;
        back?: true;
        yes?: string;
      };
      const aim = back ? "back" : to;
      if (aim === undefined || (back && to !== undefined)) throw new Misuse("either --to TIME or --back");
      if (to !== undefined && to > systemClock.now())
        throw new Misuse(`--to ${new Date(to).toISOString()} is yet to come`);
      if (yes !== undefined && yes !== stack) throw new Misuse(`--yes ${yes} isn't --stack ${stack}`);
      const { losingText, switchedText } = await import("../../restore/losing.ts");
      const ask = { stack, given: yes, option: "--yes", to: "switch" };
      const done = await (on === "aws" ? onAws : here)({
        ...{ stack, projectDir: projectDir(), say: tell, signal: untilInterrupted(), to: aim },
        confirm: async (switching) => (await askName(losingText(switching), ask)) === stack,
      });
      if (!done) throw new UserError(`that isn't ${stack}: nothing has changed`);
      out(json ? `${JSON.stringify(done)}\n` : switchedText(done));
    });
}

type Asked = Pick<RestoringOnAws, "stack" | "projectDir" | "to" | "confirm" | "say" | "signal">;

async function here(asked: Asked): Promise<Switched | undefined> {
  return (await import("../../restore/rehearsal.ts")).restoreHere(asked);
}

async function onAws(asked: Asked): Promise<Switched | undefined> {
  return (await import("../../restore/aws/restore.ts")).restoreOnAws(asked);
}
