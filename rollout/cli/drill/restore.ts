import { writeFileSync } from "node:fs";
import { resolve } from "node:path";
import type { Command } from "commander";
import type { DrillRecord } from "../../drill/record.ts";
import { Misuse } from "../../errors.ts";
import { untilInterrupted } from "../exit.ts";
import { onOption, whoami } from "../on.ts";
import { globalOptions, projectDir } from "../options.ts";
import { out, tell } from "../out.ts";
import { momentOf } from "../restore/moment.ts";
import { tellPage } from "./page.ts";

export function register(drill: Command): void {
  drill
    .command("restore")
    .summary("restore a backup beside the live database, verify it, and remove it")
    .description(
      "Restores the newest good backup and the log since into a second database server, compares every table with what the\n" +
        "live one held, tries the application on it, measures how long it took (RTO) and what would have been lost (RPO), and\n" +
        "removes it. The live database goes on. Exit code 1 when a check fails.",
    )
    .option("--at <time>", "go back to that moment, such as 2026-11-21T09:30:00Z", momentOf)
    .addOption(onOption())
    .action(async (_options, command: Command) => {
      const { json } = globalOptions(command);
      const { on, at } = command.optsWithGlobals() as { on: "aws" | "rehearsal"; at?: number };
      if (at !== undefined && at > Date.now())
        throw new Misuse(`--at ${new Date(at).toISOString()} is yet to come`);
      const record = await (on === "aws" ? onAws : here)(command, at);
      const { restoreText } = await import("../../drill/restore/text.ts");
      out(json ? `${JSON.stringify(record)}\n` : restoreText(record));
      if (record.outcome === "failed") process.exitCode = 1;
    });
}

async function here(command: Command, at?: number): Promise<DrillRecord> {
  const { stack } = globalOptions(command);
  const { drillRestore } = await import("../../drill/restore/rehearsal.ts");
  const signal = untilInterrupted();
  const options = { stack, projectDir: projectDir(), say: tell, signal };
  const record = await drillRestore({ ...options, at, by: whoami() });
  await tellPage(options, record);
  return record;
}

async function onAws(command: Command, at?: number): Promise<DrillRecord> {
  const { stack } = globalOptions(command);
  const { drillRestoreOnAws } = await import("../../drill/restore/aws.ts");
  const [{ drillPage }, { DrillTelling }] = await Promise.all([
    import("../../drill/page.ts"),
    import("../../drill/telling.ts"),
  ]);
  const { say, lines: told } = new DrillTelling(tell);
  const options = { stack, projectDir: projectDir(), say, signal: untilInterrupted() };
  const record = await drillRestoreOnAws({ ...options, at, by: whoami() });
  const page = resolve(`${record.id}.html`);
  writeFileSync(page, drillPage({ ...record, told }));
  tell(`Page: ${page}`);
  return record;
}
