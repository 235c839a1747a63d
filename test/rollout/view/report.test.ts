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
  expect(page.match(/ data-chart="/g)).toHaveLength(12);
  expectWhole(page);
  expect(page).not.toContain("</script><b>&");
});

test("no rollout, no report", () => {
  expect(() => reportData("beta", [], [], judgeOf(plan), BEGUN)).toThrow("no rollout of beta has begun");
});

testOpens(() => page, "Rollout of beta: blue to green");
for (const screen of [DESK, PHONE]) testReadable(() => page, { ...screen, smallestPx: 11 });

/** What a page says in its title of the charts, by a script of the test's. */
async function asked(script: string): Promise<unknown> {
  const tell = `<script>addEventListener("load", () => setTimeout(() => {
const canvases = [...document.querySelectorAll("figure canvas")];
document.title = JSON.stringify((() => { ${script} })());
}, 500));</script>`;
  const { dom, logged } = await opened(page.replace("</head>", `${tell}</head>`));
  expect(logged).toEqual([]);
  return JSON.parse(/<title>(.*)<\/title>/.exec(dom)![1]!.replaceAll("&quot;", '"'));
}

test.skipIf(!chromium)(
  `${skipped}a pointer on a chart shows the figures of that moment in all of them`,
  async () => {
    const legends = await asked(`
const over = document.querySelector(".u-over"), box = over.getBoundingClientRect();
const at = { clientX: box.left + box.width * 0.7, clientY: box.top + 5, bubbles: true };
over.dispatchEvent(new MouseEvent("mouseenter", at));
over.dispatchEvent(new MouseEvent("mousemove", at));
return [...document.querySelectorAll(".u-legend")].map((each) => each.innerText.replace(/\\s+/g, " "));`);
    expect(legends).toHaveLength(12);
    const [split, requests, errors] = legends as string[];
    expect(split).toBe("UTC12:02:16blue75 %green25 %");
    expect(requests).toMatch(/^UTC12:02:1\dblue\d+green\d+$/);
    expect(errors).toMatch(/^UTC12:02:1\dblue[\d.]+ %green[\d.]+ %objective 1 %1 %$/);
  },
  60_000,
);

test.skipIf(!chromium)(
  `${skipped}a track that is named after a colour is drawn in it, and both have their lines`,
  async () => {
    const drawn = await asked(`
const style = getComputedStyle(document.documentElement);
const [canvas] = canvases, pixels = canvas.getContext("2d").getImageData(0, 0, canvas.width, canvas.height).data;
return ["blue", "green", "candidate"].map((name) => {
  const wanted = style.getPropertyValue("--" + (name === "candidate" ? name : "track-" + name)).trim();
  const [r, g, b] = [1, 3, 5].map((from) => parseInt(wanted.slice(from, from + 2), 16));
  let found = 0;
  for (let at = 0; at < pixels.length; at += 4)
    if (pixels[at] === r && pixels[at + 1] === g && pixels[at + 2] === b && pixels[at + 3] === 255) found += 1;
  return found;
});`);
    const [blue, green, orange] = drawn as number[];
    expect(Math.min(blue!, green!)).toBeGreaterThan(300);
    expect(orange).toBe(0);
  },
  60_000,
);
