import { Argument, type Command } from "commander";
import { SCENARIO_NAMES, type ScenarioName } from "../../drill/fail/scenario.ts";
import { Misuse } from "../../errors.ts";
import { placeIn } from "../../platforms/rehearsal/verbs/options.ts";
import { untilInterrupted } from "../exit.ts";
import { whoami } from "../on.ts";
import { globalOptions, projectDir } from "../options.ts";
import { out, tell } from "../out.ts";

/** `rollout drill fail`: a subcommand of `drill`. */
export function registerFail(drill: Command): void {
  drill
    .command("fail")
    .summary("break one thing and see that what is expected happens")
    .description(
      "Breaks the running rehearsal in one way under a small load, checks that what is expected happens, mends it, measures\n" +
        "how long it took to notice and to recover and how many requests were lost, and keeps a report. Exit code 1 when\n" +
        "something else happened than was expected.",
    )
    .addArgument(new Argument("[scenario]", "what fails").choices(SCENARIO_NAMES))
    .option("--list", "print what is expected of each scenario, and break nothing")
    .action(async (scenario: ScenarioName | undefined, { list }: { list?: boolean }, command: Command) => {
      if (list) return printExpected(command.optsWithGlobals().json === true);
      if (!scenario) throw new Misuse(`what is to fail? One of ${SCENARIO_NAMES.join(", ")}`);
      await fail(scenario, command);
    });
}

async function printExpected(json: boolean): Promise<void> {
  const [{ expectedText }, { expectedRows }] = await Promise.all([
    import("../../drill/fail/report/text.ts"),
    import("../../drill/fail/report/summary.ts"),
  ]);
  out(json ? `${JSON.stringify(expectedRows())}\n` : expectedText());
}

async function fail(scenario: ScenarioName, command: Command): Promise<void> {
  const { stack, json } = globalOptions(command);
  const options = { stack, projectDir: projectDir(), say: tell, signal: untilInterrupted() };
  const [{ drillFail }, { failText }, { reportFiles }] = await Promise.all([
    import("../../drill/fail/drill.ts"),
    import("../../drill/fail/report/text.ts"),
    import("../../drill/fail/report/kept.ts"),
  ]);
  const record = await drillFail({ ...options, scenario, by: whoami() });
  const reports = reportFiles(placeIn(options).folder, record);
  out(json ? `${JSON.stringify(record)}\n` : failText(record, reports));
  if (record.outcome !== "passed") process.exitCode = 1;
}
