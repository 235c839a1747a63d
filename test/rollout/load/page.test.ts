import { spawn } from "node:child_process";
import { existsSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { text } from "node:stream/consumers";
import { pathToFileURL } from "node:url";
import { afterAll, beforeAll, describe, expect, it, test } from "vitest";
import { compare } from "../../../rollout/load/compare.ts";
import { loadPage } from "../../../rollout/load/view/page.ts";
import { runText } from "../../../rollout/load/view/text.ts";
import { exampleRun } from "./example.ts";

const run = exampleRun({ seed: 2, seconds: 120, factor: 1.5, failed: 0.2 });
const comparison = compare(exampleRun({ seed: 1, seconds: 120 }), run);
const page = loadPage(run, comparison);

test("the page holds all of it, escaped, and loads nothing", () => {
  expect(page.match(/<svg /g)).toHaveLength(4);
  expect(page).toContain("GET / answered &lt;503&gt;");
  expect(page).toContain("critical");
  expect(page).toContain("worse");
  expect(page).toContain("block bootstrap");
  expect(page).not.toMatch(/(src|href)="(?!data:)/);
  expect(page).not.toMatch(/NaN|undefined|Infinity/);
});

test("a run without any answer has a page too", () => {
  const empty = {
    ...exampleRun({ seed: 1, seconds: 10, failed: 1 }),
    generator: { lagP99: 300, lagMost: 400, unsent: 3, fellBehind: true },
  };
  expect(loadPage(empty)).not.toMatch(/NaN|undefined|Infinity/);
  expect(loadPage(empty)).toContain("The load itself fell behind");
});

test("the text says what is worse, beyond noise", () => {
  const said = runText(run, comparison);
  expect(said).toMatch(/^FAILED: profile 100/);
  expect(said).toMatch(/p95 .* times \([\d.]+ to [\d.]+\): worse/);
  expect(said).toMatch(/success .* points \(.*\): worse/);
});

const chromium = ["/usr/bin/chromium", "/usr/bin/chromium-browser", "/usr/bin/google-chrome"].find(
  existsSync,
);

describe.skipIf(!chromium)("in a browser", () => {
  let folder: string;
  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), "rollout-load-page-"));
  });
  afterAll(() => rmSync(folder, { recursive: true, force: true, maxRetries: 5 }));

  it("opens from the disk, silently, and fits a phone without a word below 11 pixels", async () => {
    // A frame of a phone's width: a headless window isn't made that narrow.
    const probe = `<script>addEventListener("load", () => {
  const words = [...document.querySelectorAll("svg text, td, p")].map((each) => {
    const svg = each.closest("svg");
    const scale = svg ? svg.getBoundingClientRect().width / svg.viewBox.baseVal.width : 1;
    return scale * parseFloat(getComputedStyle(each).fontSize);
  });
  parent.postMessage({ wide: document.documentElement.scrollWidth, least: Math.min(...words) }, "*");
});</script>`;
    const framed = page
      .replace("style-src 'unsafe-inline'", "style-src 'unsafe-inline'; script-src 'unsafe-inline'")
      .replace("</head>", `${probe}</head>`);
    writeFileSync(join(folder, "load.html"), framed);
    const outer = join(folder, "phone.html");
    writeFileSync(
      outer,
      `<!doctype html><title>?</title><script>addEventListener("message", ({ data }) => { document.title = data.wide + " " + data.least; });</script>
<iframe src="load.html" style="width:390px;height:844px;border:0"></iframe>`,
    );
    const { out, err } = await browse(outer, folder);
    expect(err.split("\n").filter((line) => line.includes("CONSOLE"))).toEqual([]);
    const [wide, least] = /<title>(\d+) ([\d.]+)<\/title>/.exec(out)!.slice(1).map(Number);
    expect(wide).toBeLessThanOrEqual(390);
    expect(least).toBeGreaterThanOrEqual(11);
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
