import { type Command, InvalidArgumentError, Option } from "commander";
import { isDuration, milliseconds } from "../../../infra/settings/duration.ts";
import { Cleaner } from "../../visit/clean.ts";
import { lineText } from "../../visit/text.ts";
import { LOG_KINDS, type LogKind, type WrittenLine } from "../../visit/visited.ts";
import { onOption } from "../on.ts";
import { outLine } from "../out.ts";
import { visitedStack } from "./visited-stack.ts";

interface Options {
  track?: string;
  server?: string;
  process?: string;
  of: LogKind;
  since: number;
  follow?: boolean;
}

export function register(program: Command): void {
  program
    .command("logs")
    .summary("show what the app's processes print")
    .description(
      "The log of all servers, in order of time; with --follow until Ctrl-C also what comes. Secrets are taken out, and what a " +
        "terminal would obey is written out. In a rehearsal a line without a time of its own has that of its writing, to 5 " +
        "seconds. With --json one document, or with --follow one for each line.",
    )
    .option("--track <name>", "this track only")
    .option("--server <name>", "this server only, such as blue-1 or i-0123456789abcdef0")
    .option(
      "--process <name>",
      "this process only: app, migrate, or a worker's or job's name; of nginx access or error",
    )
    .addOption(new Option("--of <kind>", "who writes").choices(LOG_KINDS).default("app"))
    .option("--since <duration>", "how far to look back, such as 10m or 2h", durationOf, 600_000)
    .option("-f, --follow", "stay, and show what comes")
    .addOption(onOption())
    .action(logs);
}

async function logs(options: Options, command: Command): Promise<void> {
  const { visited, stack, json, secrets, enter } = await visitedStack(command);
  const { track, server, process: name, of: kind, since, follow = false } = options;
  const words = [
    ...["--of", kind, ...(track ? ["--track", track] : []), ...(name ? ["--process", name] : [])],
    ...["--since", `${since / 1000}s`, ...(follow ? ["--follow"] : [])],
  ];
  await enter({ verb: "logs", words, ...(server && { server }) });
  const stop = new AbortController();
  for (const signal of ["SIGINT", "SIGTERM"] as const) process.once(signal, () => stop.abort());
  const cleaner = new Cleaner(secrets);
  const found: WrittenLine[] = [];
  const show = (line: WrittenLine) =>
    outLine(json ? JSON.stringify({ stack, ...told(line) }) : lineText(line));
  await visited.logs(
    { kind, track, server, process: name, since: Date.now() - since, follow, signal: stop.signal },
    (lines) => {
      const clean = lines.map((line) => cleaner.clean(line));
      if (json && !follow) found.push(...clean);
      else for (const line of clean) show(line);
    },
  );
  if (json && !follow) outLine(JSON.stringify({ stack, lines: found.map(told) }));
}

function told({ at, ...line }: WrittenLine) {
  return { at: new Date(at).toISOString(), ...line };
}

function durationOf(text: string): number {
  if (isDuration(text)) return milliseconds(text);
  throw new InvalidArgumentError("It must be a duration such as 10m or 2h.");
}
