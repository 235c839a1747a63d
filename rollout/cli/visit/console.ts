import { Argument, type Command } from "commander";
import { Misuse } from "../../errors.ts";
import { chosen } from "../../visit/choose.ts";
import { CLIENT_OF } from "../../visit/clients.ts";
import { STORES, type StoreName } from "../../visit/visited.ts";
import { onOption } from "../on.ts";
import { tell } from "../out.ts";
import { done } from "./errand.ts";
import { visitedStack } from "./visited-stack.ts";

export function register(program: Command): void {
  program
    .command("console")
    .summary("open psql or redis-cli as the app logs in")
    .addArgument(new Argument("[store]", "which store").choices(STORES).default("database"))
    .argument(
      "[words...]",
      "after --: words for psql or redis-cli, such as -c 'SELECT 1'; then nothing is asked",
    )
    .description(
      "Opens psql on the database, or redis-cli on the cache, from where the app runs and with its rights: it can change all " +
        "that the app can. On AWS by Session Manager, from a server of the stack: from nowhere else are they reached. The journal " +
        "keeps who did and when, and the words given here without secrets; not what is typed within.",
    )
    .option("--track <name>", "from this track's server; by default any")
    .addOption(onOption())
    .action(async (store: StoreName, words: string[], { track }: { track?: string }, command: Command) => {
      const here = await visitedStack(command);
      const interactive = words.length === 0;
      if (interactive && here.json) throw new Misuse("--json is for words that are given here, after --");
      const processes = await here.visited.processes();
      const [any] = processes.filter(({ state }) => state === "running");
      const target = chosen(processes, { track: track ?? any?.track });
      await here.enter({ verb: "console", server: target.server, words: [CLIENT_OF[store], ...words] });
      if (interactive) tell(`${CLIENT_OF[store]} from ${target.server} of ${target.track}`);
      await done(here, { beside: target, store, words }, interactive);
    });
}
