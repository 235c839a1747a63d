import type { Command } from "commander";
import { registerAlarms as alarms } from "./alarms.ts";
import { registerFail as fail } from "./fail.ts";
import { registerMigrate as migrate } from "./migrate.ts";
import { register as restore } from "./restore.ts";

/** One line for each kind of drill. */
const KINDS: ((drill: Command) => void)[] = [restore, migrate, alarms, fail];

export function register(program: Command): void {
  const drill = program
    .command("drill")
    .summary("rehearse what must work on a bad day")
    .description(
      "Each drill does what would be done on a bad day, checks the outcome, measures it and keeps a record. Exit code 1 when\n" +
        "a check fails.",
    );
  for (const kind of KINDS) kind(drill);
}
