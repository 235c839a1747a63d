import { once } from "node:events";
import type { Command as Verb } from "commander";
import { NOTHING, partsOf } from "../../ui/parts.ts";
import { type LiveSource, servePage } from "../../ui/server.ts";
import { onOption, type StackAtHand, stackAtHand } from "../on.ts";
import { out } from "../out.ts";
import { Onlooker } from "./look.ts";
import { spoken } from "./spoken.ts";

export function register(program: Verb): void {
  program
    .command("ui")
    .summary("open the live page of a rollout")
    .description(
      "Serves one page on this machine's loopback address, and prints its address with a token that is good once: the " +
        "steps, the split asked for and the real one, the gates' evidence as it moves, errors and slow answers of each track, " +
        "alarms and journal; and buttons to pause, resume, promote and roll back, each after a question. Until Ctrl-C.",
    )
    .option("--read-only", "without the buttons: the page may only look")
    .addOption(onOption())
    .action(async ({ readOnly }: { readOnly?: boolean }, command: Verb) => {
      const here = await stackAtHand(command);
      const source = sourceOf(here, readOnly === true);
      // Who can't look is told so here and now, and not by a page that shows nothing.
      await source.look();
      const page = await servePage(source);
      const { stack, json, say } = here;
      out(json ? `${JSON.stringify({ stack, url: page.url })}\n` : `${page.url}\n`);
      say("Open it in a browser on this machine, once. Ctrl-C ends it; the rollout goes on.");
      await Promise.race([once(process, "SIGINT"), once(process, "SIGTERM")]);
      await page.close();
    });
}

function sourceOf(here: StackAtHand, readOnly: boolean): LiveSource {
  const onlooker = new Onlooker(here);
  const look = async () => {
    const seen = await onlooker.see();
    return seen ? partsOf(seen) : NOTHING;
  };
  return { stack: here.stack, look, ...(!readOnly && { say: (word) => spoken(here, word) }) };
}
