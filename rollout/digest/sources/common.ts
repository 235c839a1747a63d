import type { Settings } from "../../../infra/settings/settled.ts";
import { systemClock } from "../../clock.ts";
import { FlagsFile } from "../../flags/file.ts";
import type { Graph } from "../../graph/model.ts";
import { estimate } from "../../preview/cost/estimate.ts";
import { priceSource } from "../../preview/cost/prices.ts";
import type { DigestSources } from "../sources.ts";

export interface DigestSourceOptions {
  stack: string;
  projectDir: string;
  settings: Settings;
  graph: () => Promise<Graph>;
}

/** What the project's own files tell, wherever the stack runs. */
export function commonSources({
  stack,
  projectDir,
  settings,
  graph,
}: DigestSourceOptions): Pick<DigestSources, "cost" | "flags" | "waivers"> {
  return {
    async cost() {
      const { items, unknown } = estimate(await graph());
      const monthlyUsd = Math.round(items.reduce((sum, { usd }) => sum + (usd ?? 0), 0) * 100) / 100;
      return {
        monthlyUsd,
        budgetUsd: settings.budget.monthlyUsd,
        unpriced: [...new Set(unknown)].toSorted(),
        source: `${priceSource(systemClock.now())}; traffic, objects, logs and backups not counted`,
      };
    },
    flags: async () => new FlagsFile(projectDir, stack).read(),
    waivers: async () => settings.waivers,
  };
}
