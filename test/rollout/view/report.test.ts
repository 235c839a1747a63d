import { expect, test } from "vitest";
import { judgeOf } from "../../../rollout/run/judge.ts";
import { reportData } from "../../../rollout/view/report/data.ts";
import { reportPage } from "../../../rollout/view/report/page.ts";
import { chromium, skipped } from "../../support/browser.ts";
import { DESK, expectWhole, opened, PHONE, testOpens, testReadable } from "../../support/page.ts";
import { BEGUN, baking, plan, rolledBack, traffic } from "./example.ts";

const data = reportData("beta", rolledBack, traffic(190), judgeOf(plan), BEGUN + 200_000);
const page = reportPage(data);

test("a rollout's data are put together", () => {
  expect(data.tracks).toEqual(["blue", "green"]);
  expect(data.to).toBe(BEGUN + 190_000);
  expect(data.splits.at(-1)).toEqual({ at: BEGUN + 162_000, weights: { blue: 100 } });
  expect(data.marks.map(({ text }) => text)).toEqual([
    "0 %",
    "10 %",
    "25 %",
    "rollback",
    "0 %",
    "rolled-back",
  ]);
  const failing = data.buckets.find(({ gates }) => gates.some(({ toFail }) => toFail === 1));
  expect((failing!.from - BEGUN) / 1000).toBeGreaterThanOrEqual(149);
  expect(data.buckets.length).toBeLessThanOrEqual(240);
});

test("a long rollout has no more buckets than the charts can show, and loses no request", () => {
  const seconds = Array.from({ length: 20_000 }, (_, index) => ({
    epochSecond: BEGUN / 1000 + index,
    tracks: { blue: { requests: 1, errors: 0, slow: 0 } },
  }));
  const long = reportData("beta", baking, seconds, judgeOf(plan), BEGUN + 20_000_000);
  expect(long.buckets.length).toBeLessThanOrEqual(240);
  const requests = long.buckets.reduce((sum, { tracks }) => sum + (tracks.blue?.requests ?? 0), 0);
  expect(requests).toBe(20_000);
});

test("the page holds all of it, and loads nothing", () => {
  expect(page.match(/<tr class="[^"]*"><td>\d+<\/td>/g)).toHaveLength(rolledBack.length);
  expect(page.match(/<svg /g)).toHaveLength(11);
  expectWhole(page);
  expect(page).not.toContain("</script><b>&");
});

test("no rollout, no report", () => {
  expect(() => reportData("beta", [], [], judgeOf(plan), BEGUN)).toThrow("no rollout of beta has begun");
});

testOpens(() => page, "Rollout of beta: blue to green");
for (const screen of [DESK, PHONE]) testReadable(() => page, { ...screen, smallestPx: 11 });

test.skipIf(!chromium)(
  `${skipped}a pointer on a chart shows the figures of that moment`,
  async () => {
    const pointer = `<script>
addEventListener("load", () => {
  const svg = document.querySelector("svg"), box = svg.getBoundingClientRect();
  svg.dispatchEvent(new PointerEvent("pointermove", { clientX: box.left + box.width * 0.7, clientY: box.top + 5 }));
});
</script>`;
    const { dom, logged } = await opened(page.replace("</head>", `${pointer}</head>`));
    expect(logged).toEqual([]);
    expect(dom).toMatch(/id="readout"[^>]*>\d\d:\d\d:\d\d UTC {2}\| {2}blue \d+ %, \d+ requests/);
  },
  60_000,
);
