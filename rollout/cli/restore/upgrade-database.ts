import { type Command, InvalidArgumentError } from "commander";
import { Misuse, UserError } from "../../errors.ts";
import type { UpgradingDatabase } from "../../upgrade-database/rehearsal.ts";
import type { Upgraded } from "../../upgrade-database/upgraded.ts";
import { untilInterrupted } from "../exit.ts";
import { onOption } from "../on.ts";
import { globalOptions, projectDir } from "../options.ts";
import { out, tell } from "../out.ts";
import { askName } from "./ask-name.ts";

const SAMPLE_SECONDS = 10;

interface Words {
  on: "aws" | "rehearsal";
  to?: number;
  back?: true;
  finish?: true;
  sample: number;
  yes?: string;
}

export function register(program: Command): void {
  program
    .command("upgrade-database")
    .summary("take the database to another major version of PostgreSQL, and back")
    .description(
      "Makes a server of the other major version beside the live one, which follows it by replication; compares the two, asks for the\n" +
        "stack's name, and lets them change places, at the same address. The server of before is kept: `--back` changes the two again,\n" +
        "and `--finish` removes it. Killed at any moment, the same command goes on. What can't be replicated is refused at the start.",
    )
    .option("--to <major>", "the major version, such as 17", majorOf)
    .option("--back", "give the place to the server of before, or undo what was begun")
    .option("--finish", "remove the server of before: no way leads back any more")
    .option(
      "--sample <seconds>",
      "for how long the live server's statements are written down, to be asked of both servers",
      secondsOf,
      SAMPLE_SECONDS,
    )
    .option("--yes <name>", "the stack's name, for scripts: nobody is asked")
    .addOption(onOption())
    .action(async (_options, command: Command) => {
      const { stack, json } = globalOptions(command);
      const { on, sample, yes, ...aims } = command.optsWithGlobals() as Words;
      const to = aimOf(aims);
      if (yes !== undefined && yes !== stack) throw new Misuse(`--yes ${yes} isn't --stack ${stack}`);
      const { plannedText, upgradedText } = await import("../../upgrade-database/upgraded.ts");
      const ask = { stack, given: yes, option: "--yes", to: "switch" };
      const done = await (on === "aws" ? onAws : here)({
        ...{
          stack,
          projectDir: projectDir(),
          say: tell,
          signal: untilInterrupted(),
          to,
          sampleSeconds: sample,
        },
        confirm: async (planned) => (await askName(plannedText(planned), ask)) === stack,
      });
      if (!done)
        throw new UserError(
          `that isn't ${stack}: the two haven't changed places, and the new one goes on following`,
        );
      out(json ? `${JSON.stringify(done)}\n` : upgradedText(done));
    });
}

function aimOf({ to, back, finish }: Pick<Words, "to" | "back" | "finish">): UpgradingDatabase["to"] {
  const given = [to, back && ("back" as const), finish && ("finish" as const)].filter(
    (each) => each !== undefined,
  );
  const [aim, ...more] = given;
  if (aim === undefined || more.length > 0) throw new Misuse("one of --to VERSION, --back and --finish");
  return aim;
}

function majorOf(text: string): number {
  if (!/^\d{2}$/.test(text)) throw new InvalidArgumentError("a major version such as 17");
  return Number(text);
}

function secondsOf(text: string): number {
  if (!/^\d{1,4}$/.test(text)) throw new InvalidArgumentError("whole seconds; 0 for none");
  return Number(text);
}

type Asked = Pick<UpgradingDatabase, "stack" | "to" | "sampleSeconds" | "confirm"> & {
  projectDir: string;
  say: (line: string) => void;
  signal: AbortSignal;
};

async function here(asked: Asked): Promise<Upgraded | undefined> {
  return (await import("../../upgrade-database/rehearsal.ts")).upgradeHere(asked);
}

async function onAws(asked: Asked): Promise<Upgraded | undefined> {
  return (await import("../../upgrade-database/aws/upgrade.ts")).upgradeOnAws(asked);
}
