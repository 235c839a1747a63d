import { spawn } from "node:child_process";
import { existsSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { text } from "node:stream/consumers";
import { pathToFileURL } from "node:url";
import { afterAll, beforeAll, describe, expect, it, test } from "vitest";
import { judgeOf } from "../../../rollout/run/judge.ts";
import { reportData } from "../../../rollout/view/report/data.ts";
import { reportPage } from "../../../rollout/view/report/page.ts";
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
  expect(page.match(/<svg /g)).toHaveLength(6);
  expect(page).not.toMatch(/(src|href)="(?!data:)/);
  expect(page).not.toContain("</script><b>&");
  expect(page).not.toMatch(/NaN|undefined|Infinity/);
});

test("no rollout, no report", () => {
  expect(() => reportData("beta", [], [], judgeOf(plan), BEGUN)).toThrow("no rollout of beta has begun");
});

const chromium = ["/usr/bin/chromium", "/usr/bin/chromium-browser", "/usr/bin/google-chrome"].find(
  existsSync,
);

describe.skipIf(!chromium)("in a browser", () => {
  let folder: string;
  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), "rollout-report-"));
  });
  afterAll(() => rmSync(folder, { recursive: true, force: true, maxRetries: 5 }));

  it("opens from the disk, its script runs, and the console stays silent", async () => {
    const file = join(folder, "report.html");
    // The probe moves the pointer as a reader would, and writes down what goes wrong.
    const probe = `<script>
addEventListener("error", (event) => { document.title = "error: " + event.message; });
addEventListener("securitypolicyviolation", (event) => { document.title = "loads " + event.blockedURI; });
addEventListener("load", () => {
  const svg = document.querySelector("svg"), box = svg.getBoundingClientRect();
  svg.dispatchEvent(new PointerEvent("pointermove", { clientX: box.left + box.width * 0.7, clientY: box.top + 5 }));
});
</script>`;
    writeFileSync(file, page.replace("</head>", `${probe}</head>`));
    const { out, err } = await browse(file, folder);
    expect(err.split("\n").filter((line) => line.includes("CONSOLE"))).toEqual([]);
    expect(out).toContain("<title>Rollout of beta: blue to green</title>");
    expect(out).toMatch(/id="readout"[^>]*>\d\d:\d\d:\d\d UTC {2}\| {2}blue \d+ %, \d+ requests/);
  }, 60_000);
});

/** The page's DOM after its scripts, and what the browser logged. */
async function browse(file: string, folder: string) {
  const flags = [
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    `--user-data-dir=${join(folder, "profile")}`,
    "--enable-logging=stderr",
    "--dump-dom",
  ];
  const child = spawn(chromium!, [...flags, pathToFileURL(file).href], { stdio: ["ignore", "pipe", "pipe"] });
  const [out, err] = await Promise.all([text(child.stdout!), text(child.stderr!)]);
  return { out, err };
}
