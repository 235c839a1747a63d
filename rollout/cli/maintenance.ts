import { Argument, type Command } from "commander";
import { stackSettings } from "../config/settings.ts";
import { StackFile } from "../config/stack-file.ts";
import { UserError } from "../errors.ts";
import { ofType } from "../graph/resources.ts";
import { TYPES } from "../graph/types.ts";
import { offer } from "./offer.ts";
import { onOption } from "./on.ts";
import { globalOptions, projectDir } from "./options.ts";
import { out, passOn, tell } from "./out.ts";

export function register(program: Command): void {
  program
    .command("maintenance")
    .summary("close the stack to users, or open it again")
    .addArgument(new Argument("<state>").choices(["on", "off"]))
    .description(
      "Users get the maintenance page (503 with Retry-After); operators with the header x-rollout-operator pass. The state is " +
        "written into the stack's config, comments kept, and applied: nothing but the web firewall changes.",
    )
    .addOption(onOption())
    .action(async (state: "on" | "off", _options, command: Command) => {
      const { stack, json } = globalOptions(command);
      const { on } = command.optsWithGlobals() as { on: "aws" | "rehearsal" };
      const dir = projectDir();
      if (state === "on" && stackSettings(dir, stack).webFirewall === "none") {
        const why = "what turns users away is a rule of the web firewall, and rollout:webFirewall is none";
        throw new UserError(`${stack} can't be closed: ${why}`);
      }
      const apply = await (on === "aws" ? appliedToAws : appliedHere)(dir, stack);
      await new StackFile(dir, stack).setMaintenance(state === "on");
      await apply();
      const document = { stack, maintenance: state === "on" };
      out(json ? `${JSON.stringify(document)}\n` : `${stack}: maintenance is ${state}\n`);
    });
}

/** What applies the config, once it is sure that it can be: who has no access changes no file. */
type Apply = () => Promise<unknown>;

async function appliedHere(projectDir: string, stack: string): Promise<Apply> {
  const { rehearse } = await import("../platforms/rehearsal/index.ts");
  return () => rehearse.apply({ projectDir, stack, say: tell });
}

async function appliedToAws(projectDir: string, stack: string): Promise<Apply> {
  const [{ captureGraph }, { automation }, { systemClock }] = await Promise.all([
    import("../graph/capture.ts"),
    import("../platforms/aws/engine.ts"),
    import("../clock.ts"),
  ]);
  const { up, deployment } = automation({ projectDir, stack, clock: systemClock, onOutput: passOn, offer });
  await deployment();
  return async () => {
    const graph = await captureGraph({ projectDir, stack });
    const targets = ofType(graph, TYPES.webAcl).map(({ urn }) => urn);
    await up(targets, "rollout: maintenance");
  };
}
