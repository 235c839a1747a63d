import { expect, test } from "vitest";
import { replay } from "../../../rollout/core/replay.ts";
import { judgeOf } from "../../../rollout/run/judge.ts";
import { entryText } from "../../../rollout/view/entry-text.ts";
import { reportData } from "../../../rollout/view/report/data.ts";
import { reportPage } from "../../../rollout/view/report/page.ts";
import { statusLines } from "../../../rollout/view/status.ts";
import { statusView } from "../../../rollout/view/status-view.ts";
import { BEGUN, baking, plan, traffic } from "./example.ts";

const phase = { name: "alpha", cohort: "tenants a<b", reach: ["tenants: the flag charts is on for them"] };
const entries = baking.map((entry) => (entry.kind === "begin" ? { ...entry, phase } : entry));

test("the phase that a rollout begins is in the journal, in the status and in the report", () => {
  expect(entryText(entries[0]!)).toContain(", in the phase alpha (for tenants a<b)");
  expect(entryText(baking[0]!)).not.toContain("phase");
  const state = replay(entries)!;
  const view = statusView({
    stack: "beta",
    state,
    asked: { blue: 75, green: 25 },
    real: undefined,
    seconds: [],
    through: BEGUN + 150_000,
    evidence: undefined,
    now: BEGUN + 150_000,
  });
  expect(statusLines(view, { color: false, width: 100 })).toContain("phase alpha, for tenants a<b");
  const page = reportPage(reportData("beta", entries, traffic(150), judgeOf(plan), BEGUN + 150_000));
  expect(page).toContain('<p class="faint">Phase alpha, for tenants a&lt;b</p>');
  expect(page).toContain('<p class="faint">tenants: the flag charts is on for them</p>');
});
