import type { Command } from "commander";
import { UserError } from "../../errors.ts";
import { whoami } from "../on.ts";
import { globalOptions, projectDir } from "../options.ts";
import { out, tell } from "../out.ts";

/** `rollout drill alarms`: a subcommand of `drill`. */
export function registerAlarms(drill: Command): void {
  drill
    .command("alarms")
    .summary("bring every alarm of the stack to ALARM and back")
    .description(
      "Breaks the running rehearsal one way after the other, evaluates the captured alarms by CloudWatch's rules on a clock\n" +
        "that runs faster, and checks that each notice arrives at the topic of its severity. Exit code 1 when one doesn't.",
    )
    .option("--only <name>", "one alarm, such as beta-blue-errors")
    .action(async ({ only }: { only?: string }, command: Command) => {
      const { stack, json } = globalOptions(command);
      const [{ drillAlarms }, { drillText }] = await Promise.all([
        import("../../drill/alarms/drill.ts"),
        import("../../drill/alarms/text.ts"),
      ]);
      const stop = new AbortController();
      const interrupted = new UserError("Interrupted: what was broken has been mended.");
      for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"] as const)
        process.once(signal, () => stop.abort(interrupted));
      const options = { stack, projectDir: projectDir(), by: whoami(), say: tell, signal: stop.signal };
      const report = await drillAlarms({ ...options, ...(only && { only }) }).catch((error: Error) => {
        throw stop.signal.aborted ? interrupted : error;
      });
      out(json ? `${JSON.stringify(report)}\n` : drillText(report));
      if (!report.passed) process.exitCode = 1;
    });
}
