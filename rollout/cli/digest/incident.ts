import { type Command, InvalidArgumentError, Option } from "commander";
import { isDuration, milliseconds } from "../../../infra/settings/duration.ts";
import type { Severity } from "../../../infra/watch/alerts.ts";
import { stackSettings } from "../../config/settings.ts";
import { asked, isUnknown } from "../../digest/fact.ts";
import { messagesOf } from "../../notify/incident.ts";
import { AUDIENCES, type Incident, type IncidentAudience } from "../../notify/incident-model.ts";
import { incidentText } from "../../notify/incident-text.ts";
import { rolloutInIt } from "../../notify/rollout-in-it.ts";
import { ANSWER_MINUTES } from "../../notify/severity.ts";
import { onOption } from "../on.ts";
import { globalOptions, projectDir } from "../options.ts";
import { out, tell } from "../out.ts";
import { digestSources } from "./digest-sources.ts";

interface Options {
  on: "aws" | "rehearsal";
  severity: Severity;
  since: number;
  audience?: IncidentAudience;
}

export function register(program: Command): void {
  program
    .command("incident")
    .summary("print who is to hear what and when")
    .description(
      "The messages of an incident by its severity and how long it has lasted, filled from the journal: the first words, " +
        "the updates, the end, the summary. Nothing is sent. What customers read holds no name, address or cause of ours.\n" +
        "P1: down. P2: a function fails. P3: a nuisance. P4: a wish.",
    )
    .addOption(
      new Option("--severity <P1-P4>", "how bad it is")
        .choices(Object.keys(ANSWER_MINUTES))
        .makeOptionMandatory(),
    )
    .requiredOption("--since <time ago>", "how long it has lasted, such as 10m", sinceOf)
    .addOption(new Option("--audience <who>", "only for these").choices([...AUDIENCES]))
    .addOption(onOption())
    .addHelpText(
      "after",
      "\nExample: rollout incident --stack beta --severity P1 --since 10m --audience customers",
    )
    .action(print);
}

async function print(_options: unknown, command: Command): Promise<void> {
  const { stack, json } = globalOptions(command);
  const { on, severity, since, audience } = command.optsWithGlobals<Options>();
  const now = Date.now();
  const dir = projectDir();
  const settings = stackSettings(dir, stack);
  const startedAt = now - since;
  // On a bad day the journal may be down as well: the words must come all the same.
  const entries = await asked(async () =>
    (await digestSources(on, { stack, projectDir: dir, settings })).entries(),
  );
  if (isUnknown(entries)) tell(`the journal can't be read: ${entries.unknown}`);
  const rollout = isUnknown(entries) ? entries : rolloutInIt(entries, startedAt);
  const incident: Incident = { stack, domain: settings.domain, severity, startedAt, now, rollout };
  const messages = messagesOf(incident, audience);
  const document = { stack, severity, startedAt, now, messages };
  out(json ? `${JSON.stringify(document)}\n` : incidentText(incident, messages));
}

function sinceOf(text: string): number {
  if (isDuration(text)) return milliseconds(text);
  throw new InvalidArgumentError("It must be a duration, such as 10m.");
}
