import { cpSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { parse, stringify } from "yaml";
import { rolloutCosts } from "../../../rollout/preview/cost/rollout.ts";
import type { CostDifference } from "../../../rollout/preview/model.ts";
import { html } from "../../../rollout/preview/render/html.ts";
import { markdown } from "../../../rollout/preview/render/markdown.ts";
import { terminal } from "../../../rollout/preview/render/terminal.ts";
import { rolloutText } from "../../../rollout/preview/render/words.ts";
import { SAMPLE } from "../../support/sample.ts";
import { temporaryFolder } from "../../support/temporary-folder.ts";
import { usualPreview } from "./example.ts";

// What a rollout itself costs, in the preview of a change: rollout plan says the same by the same code.

/** The sample's folder with some keys of beta set. */
function project(keys: Record<string, unknown>): string {
  const folder = temporaryFolder("rollout-cost-");
  cpSync(SAMPLE, folder, { recursive: true });
  const file = join(folder, "Pulumi.beta.yaml");
  const { config, ...rest } = parse(readFileSync(file, "utf8"));
  writeFileSync(file, stringify({ ...rest, config: { ...config, ...keys } }));
  return folder;
}

const PLAN = (bake: string) => ({
  "rollout:plan": {
    steps: [
      { weight: 50, bake },
      { weight: 100, bake: "1h" },
    ],
  },
});
const text = (costs: Pick<CostDifference, "rollout">) => rolloutText(costs as CostDifference);

test("it follows the plan and the servers, and says what it was", () => {
  const [short, long] = [project(PLAN("1h")), project(PLAN("3h"))];
  // 1 h, 1 h, and an hour that the old ones stay: 3 h; then 5 h. One t3.medium at 0.0416 dollars an hour, and 2 metrics.
  expect(text(rolloutCosts("beta", short, short))).toBe(
    "about 0.13 dollars: 1 more server for 3 h, 180 minutes of CI where the workflow drives it",
  );
  expect(text(rolloutCosts("beta", long, short))).toBe(
    "about 0.21 dollars: 1 more server for 5 h, 300 minutes of CI where the workflow drives it; " +
      "was about 0.13 dollars: 1 more server for 3 h, 180 minutes of CI",
  );
});

test("what can't be read says nothing", () => {
  const sound = project({});
  const broken = project({ "rollout:stable": "red" });
  expect(rolloutCosts("beta", broken, sound)).toEqual({});
  expect(rolloutCosts("beta", sound, broken).rollout).not.toHaveProperty("before");
  expect(rolloutCosts("gamma", sound)).toEqual({});
});

test("each form of the preview shows it below the cost of a month", async () => {
  const preview = await usualPreview();
  const [stack] = preview.stacks;
  const cost = { ...stack!.cost, ...rolloutCosts("beta", project({})) };
  const whole = { ...preview, stacks: [{ ...stack!, cost }] };
  const said = rolloutText(cost)!;
  for (const shown of [terminal(whole), markdown(whole), html(whole)]) {
    expect(shown).toContain(said);
    expect(shown.indexOf("A rollout costs:")).toBeGreaterThan(shown.indexOf("a month"));
  }
  for (const render of [terminal, markdown, html]) expect(render(preview)).not.toContain("A rollout costs");
});
