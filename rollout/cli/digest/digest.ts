import { type Command, InvalidArgumentError, Option } from "commander";
import { stackSettings } from "../../config/settings.ts";
import { digestOf } from "../../digest/digest.ts";
import { gather, targetsOf } from "../../digest/gather.ts";
import { type Period, periodUntil } from "../../digest/period.ts";
import { documentOf } from "../../digest/render/digest.ts";
import { html } from "../../digest/render/html.ts";
import { markdown } from "../../digest/render/markdown.ts";
import { Misuse } from "../../errors.ts";
import { onOption } from "../on.ts";
import { globalOptions, projectDir } from "../options.ts";
import { out } from "../out.ts";
import { digestSources } from "./digest-sources.ts";

interface Options {
  on: "aws" | "rehearsal";
  period: Period["name"];
  format?: "markdown" | "html" | "json";
  until?: number;
}

export function register(program: Command): void {
  program
    .command("digest")
    .summary("report a day or a week of a stack")
    .description(
      "Availability and the error budget left, errors and latency of each track, releases and what stopped them, alarms, " +
        "backups and drills, cost against the budget, waivers and flags that ran out. What can't be found out is unknown, " +
        "and why.",
    )
    .addOption(new Option("--period <period>", "how long").choices(["day", "week"]).default("day"))
    .addOption(new Option("--format <format>", "default: markdown").choices(["markdown", "html", "json"]))
    .option("--until <time>", "its end, such as 2026-11-21T09:00:00Z (default: now)", timeOf)
    .addOption(onOption())
    .addHelpText("after", "\nExample: rollout digest --stack beta --period week --format html > digest.html")
    .action(print);
}

async function print(_options: unknown, command: Command): Promise<void> {
  const { stack, json } = globalOptions(command);
  const now = Date.now();
  const { on, period: name, format, until = now } = command.optsWithGlobals<Options>();
  if (json && format && format !== "json")
    throw new Misuse(`--json and --format ${format} contradict each other`);
  if (until > now) throw new Misuse(`--until ${new Date(until).toISOString()} is yet to come`);
  const dir = projectDir();
  const settings = stackSettings(dir, stack);
  const sources = await digestSources(on, { stack, projectDir: dir, settings });
  const about = { stack, on, period: periodUntil(name, until, { on, now }), targets: targetsOf(settings) };
  const digest = digestOf(await gather(sources, about));
  if (json || format === "json") out(`${JSON.stringify(digest)}\n`);
  else out((format === "html" ? html : markdown)(documentOf(digest)));
}

function timeOf(text: string): number {
  const time = /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}/.test(text) ? Date.parse(text) : Number.NaN;
  if (Number.isNaN(time)) throw new InvalidArgumentError("It must be a time such as 2026-11-21T09:30:00Z.");
  return time;
}
