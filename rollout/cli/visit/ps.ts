import type { Command } from "commander";
import { processesText } from "../../visit/text.ts";
import { isMeant } from "../../visit/visited.ts";
import { onOption } from "../on.ts";
import { outLine } from "../out.ts";
import { visitedStack } from "./visited-stack.ts";

export function register(program: Command): void {
  program
    .command("ps")
    .summary("show which version of which process runs where")
    .description(
      "Lists the processes of the app's image: which version of each runs on which server of which track, and since when. On " +
        "AWS each server is asked by Systems Manager; one that doesn't answer is listed as unknown.",
    )
    .option("--track <name>", "this track only")
    .option("--process <name>", "this process only: app, or a worker's or job's name")
    .addOption(onOption())
    .action(async (options: { track?: string; process?: string }, command: Command) => {
      const { visited, stack, json, enter } = await visitedStack(command);
      await enter({ verb: "ps", words: [] });
      const processes = (await visited.processes()).filter(
        (each) =>
          (options.track === undefined || each.track === options.track) &&
          isMeant(each.process, options.process),
      );
      const told = processes.map(({ since, version, ...each }) => ({
        ...each,
        version: version ?? null,
        since: since === undefined ? null : new Date(since).toISOString(),
      }));
      outLine(json ? JSON.stringify({ stack, processes: told }) : processesText(processes, Date.now()));
    });
}
