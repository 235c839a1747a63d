import type { Command } from "commander";
import { launchScore } from "../../phases/score.ts";
import { scoreText } from "../../phases/text.ts";
import { out } from "../out.ts";
import { readMetrics } from "./phase-files.ts";

export function register(program: Command): void {
  program
    .command("score")
    .summary("work out the launch score")
    .description(
      "Weighs product_quality (0.4), market_readiness (0.3), team_readiness (0.2) and business_fundamentals (0.1), each " +
        "from 0 to 10. From 8: go; from 7: go with caution; else delay. Exit code 0 for go, with caution too, 1 for delay " +
        "and when a part is missing, 2 when the file can't be used.",
    )
    .requiredOption("--metrics <file>", "the four judgements, YAML or JSON; other metrics in it don't matter")
    .action((_options, command: Command) => {
      const { metrics, json } = command.optsWithGlobals<{ metrics: string; json?: boolean }>();
      const score = launchScore(readMetrics(metrics));
      out(`${json ? JSON.stringify(score) : scoreText(score)}\n`);
      process.exitCode = score.verdict === "go" || score.verdict === "go with caution" ? 0 : 1;
    });
}
