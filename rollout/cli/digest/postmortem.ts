import type { Command } from "commander";
import { first, last } from "../../../infra/sure.ts";
import { stackSettings } from "../../config/settings.ts";
import { asked } from "../../digest/fact.ts";
import { postmortemOf } from "../../digest/postmortem/model.ts";
import { postmortemText } from "../../digest/postmortem/text.ts";
import { rolloutsIn } from "../../digest/releases.ts";
import { UserError } from "../../errors.ts";
import { Redactor } from "../../preview/redact.ts";
import { onOption } from "../on.ts";
import { globalOptions, projectDir } from "../options.ts";
import { out } from "../out.ts";
import { digestSources } from "./digest-sources.ts";

export function register(program: Command): void {
  program
    .command("postmortem")
    .summary("begin the post-mortem of a rollout")
    .description(
      "Markdown with what the journal and the figures know for sure: timeline, impact, time to detect and to recover, what " +
        "the gates saw. What a person must say is marked TODO.",
    )
    .option("--rollout <id>", "which one (default: the last)")
    .addOption(onOption())
    .addHelpText("after", "\nExample: rollout postmortem --stack beta > postmortem.md")
    .action(print);
}

async function print({ rollout: id }: { rollout?: string }, command: Command): Promise<void> {
  const { stack, json } = globalOptions(command);
  const { on } = command.optsWithGlobals() as { on: "aws" | "rehearsal" };
  const dir = projectDir();
  const sources = await digestSources(on, { stack, projectDir: dir, settings: stackSettings(dir, stack) });
  const rollouts = rolloutsIn(await sources.entries());
  if (rollouts.length === 0)
    throw new UserError(`no rollout of ${stack} has begun: there is nothing to look back at`);
  // An id that was used twice: the later one.
  const found = id === undefined ? rollouts.at(-1) : rollouts.findLast(({ rollout }) => rollout === id);
  if (!found) {
    const known = rollouts.slice(-5).map(({ rollout }) => rollout);
    throw new UserError(`${stack} has no rollout ${id}; its last are ${known.join(", ")}`);
  }
  const { entries } = found;
  const seconds = await asked(() => sources.seconds(first(entries).at - 60_000, last(entries).at + 1000));
  const postmortem = postmortemOf(stack, entries, seconds);
  out(json ? `${JSON.stringify(new Redactor([]).deep(postmortem))}\n` : postmortemText(postmortem));
}
