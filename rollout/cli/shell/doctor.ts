import { type Command, Option } from "commander";
import { examine, lacking, patientOf } from "../../doctor/doctor.ts";
import { thisMachine } from "../../doctor/machine.ts";
import { PURPOSES, type Purpose } from "../../doctor/row.ts";
import { doctorText } from "../../doctor/text.ts";
import { projectDir } from "../options.ts";
import { endWith, out } from "../out.ts";

export function register(program: Command): void {
  program
    .command("doctor")
    .summary("say what this machine lacks, for what, and what mends it")
    .description(
      "Looks for what a rehearsal, a preview, `pulumi up` and the verbs on AWS need: programs, the stack's config, Pulumi's CLI, state " +
        "and secrets, credentials, DNS, quotas. Asks the network where there is one, and shows no secret. With --stack it looks at that stack's. " +
        "Exit code 1 when something is missing; what can't be found out is unknown.",
    )
    .addOption(new Option("--for <purpose>", "look at what this needs alone").choices([...PURPOSES]))
    .addHelpText("after", "\nExample: rollout doctor --stack beta --for rehearsal")
    .action(doctor);
}

async function doctor(_options: unknown, command: Command): Promise<void> {
  const {
    stack,
    json,
    for: purpose,
  } = command.optsWithGlobals() as {
    stack?: string;
    json?: boolean;
    for?: Purpose;
  };
  const all = await examine(patientOf(thisMachine(projectDir()), stack));
  const rows = purpose ? all.filter((row) => row.for.includes(purpose)) : all;
  out(
    json
      ? `${JSON.stringify({ stack, rows, lacks: lacking(rows) })}\n`
      : doctorText(rows, purpose && [purpose]),
  );
  endWith(rows.some(({ status }) => status === "fail") ? 1 : 0);
}
