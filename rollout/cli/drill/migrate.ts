import type { Command } from "commander";
import { systemClock } from "../../clock.ts";
import { UserError } from "../../errors.ts";
import { untilInterrupted } from "../exit.ts";
import { onOption, stackAtHand, whoami } from "../on.ts";
import { globalOptions, projectDir } from "../options.ts";
import { out, tell } from "../out.ts";
import { tellPage } from "./page.ts";

/** `rollout drill migrate`: a subcommand of `drill`. */
export function registerMigrate(drill: Command): void {
  drill
    .command("migrate")
    .summary("run a candidate's migration on a copy, and both versions before and after it")
    .description(
      "Restores the newest good backup beside the live database and runs the candidate's migration there, timed and with its locks,\n" +
        "while stable works on the copy. Then stable, the candidate and stable again do what rollout:journeys and rollout:smoke say,\n" +
        "each with what the others have written. What nothing asked is told as not exercised. Exit code 1 unless it passed.",
    )
    .requiredOption("--candidate <track>", "the track whose migration is drilled")
    .addOption(onOption())
    .action(async ({ candidate }: { candidate: string }, command: Command) => {
      const { stack, json } = globalOptions(command);
      const { on } = command.optsWithGlobals() as { on: "aws" | "rehearsal" };
      if (on === "aws") throw new UserError((await import("../../drill/migrate/last.ts")).NOT_ON_AWS.reason);
      const [{ drillMigrate }, { migrateText }, { writeDrilled }] = await Promise.all([
        import("../../drill/migrate/rehearsal.ts"),
        import("../../drill/migrate/text.ts"),
        import("../../drill/migrate/write-down.ts"),
      ]);
      const options = {
        stack,
        projectDir: projectDir(),
        candidate,
        by: whoami(),
        say: tell,
        signal: untilInterrupted(),
      };
      const record = await drillMigrate(options);
      await tellPage(options, record);
      const { platform } = await stackAtHand(command);
      await writeDrilled(platform.journal, systemClock, record);
      out(json ? `${JSON.stringify(record)}\n` : migrateText(record));
      if (record.outcome !== "passed") process.exitCode = 1;
    });
}
