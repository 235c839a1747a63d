import { writeFileSync } from "node:fs";
import { resolve } from "node:path";
import type { Command } from "commander";
import { last } from "../../../infra/sure.ts";
import { replay } from "../../core/replay.ts";
import { UserError } from "../../errors.ts";
import { MetricHistory } from "../../run/history.ts";
import { judgeOf } from "../../run/judge.ts";
import { reportData } from "../../view/report/data.ts";
import { reportPage } from "../../view/report/page.ts";
import { onOption, stackAtHand } from "../on.ts";
import { out } from "../out.ts";
import { longConnections } from "./long.ts";

export function register(program: Command): void {
  program
    .command("report")
    .summary("write the last rollout down as one HTML page")
    .description(
      "The split over time, errors and latency of each track, steps and decisions, the gates' evidence, and every entry of " +
        "the journal. The page opens from the disk and loads nothing. With --json its data go to stdout.",
    )
    .option("-o, --out <file>", "where the page goes (default: rollout-STACK.html)")
    .addOption(onOption())
    .action(async ({ out: file }: { out?: string }, command: Command) => {
      const here = await stackAtHand(command);
      const { platform, stack, json } = here;
      const { entries } = await platform.journal.read();
      const state = replay(entries);
      if (!state) throw new UserError(`no rollout of ${stack} has begun: there is nothing to report`);
      const history = new MetricHistory((...since) => platform.metrics(...since));
      await history.read(state, state.stage.at === "ended" ? last(entries).at : undefined);
      const told = reportData(
        stack,
        entries,
        history.seconds,
        judgeOf(state.plan),
        Date.now(),
        history.period,
      );
      const long = await longConnections(here, state, told.entries);
      const data = { ...told, ...(long && { long }) };
      if (json && !file) {
        out(`${JSON.stringify(data)}\n`);
        return;
      }
      const page = resolve(file ?? `rollout-${stack}.html`);
      writeFileSync(page, reportPage(data));
      out(json ? `${JSON.stringify({ stack, file: page })}\n` : `${page}\n`);
    });
}
