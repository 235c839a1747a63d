import { spawn } from "node:child_process";
import { existsSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { text } from "node:stream/consumers";
import { pathToFileURL } from "node:url";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { html } from "../../../rollout/preview/render/html.ts";
import { busyPreview } from "./example.ts";
import { type Findings, PROBE, phone } from "./probe.ts";

/** Of an ordinary phone, in CSS pixels. */
const PHONE = { width: 390, height: 844 };

let page: string;
beforeAll(async () => {
  page = html(await busyPreview());
}, 60_000);

test("the page loads nothing and runs nothing, whatever the values say", () => {
  expect(page).not.toMatch(/(src|href)="(?!data:)/);
  expect(page).not.toMatch(/<script|@import|url\(/);
  expect(page).not.toMatch(/NaN|undefined|\[object/);
});

const chromium = ["/usr/bin/chromium", "/usr/bin/chromium-browser", "/usr/bin/google-chrome"].find(
  existsSync,
);
const skipped = chromium ? "" : "(skipped: there is no Chromium here) ";

describe.skipIf(!chromium).each(["light", "dark"] as const)(`${skipped}on a phone, %s`, (scheme) => {
  let folder: string;
  let found: Findings;
  let console: string[];
  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), "rollout-preview-"));
    const file = join(folder, "phone.html");
    writeFileSync(join(folder, "preview.html"), page.replace("</head>", `${PROBE}</head>`));
    writeFileSync(file, phone("preview.html", PHONE.width, PHONE.height));
    const { out, err } = await browse(file, folder, scheme);
    console = err.split("\n").filter((line) => line.includes("CONSOLE"));
    const [, json = "{}"] = /data-findings="([^"]*)"/.exec(out) ?? [];
    found = JSON.parse(
      json.replaceAll("&quot;", '"').replaceAll("&lt;", "<").replaceAll("&gt;", ">").replaceAll("&amp;", "&"),
    );
  }, 60_000);
  afterAll(() => rmSync(folder, { recursive: true, force: true, maxRetries: 5 }));

  test("it opens from the disk, and the console stays silent", () => {
    expect([console, found.errors]).toEqual([[], []]);
    expect(found).toMatchObject({ innerWidth: PHONE.width, dark: scheme === "dark" });
  });

  test("nothing is wider than the screen, and no text too small", () => {
    expect(found.outside).toEqual([]);
    expect(found.scrollWidth).toBeLessThanOrEqual(PHONE.width);
    expect(found.smallestPx).toBeGreaterThanOrEqual(14);
  });

  test("all text stands out from what is behind it", () => {
    expect(found.faint).toEqual([]);
  });

  test("danger leads, the critical first; then rules, doubts, traffic, changes, cost", () => {
    const dangers = found.order.filter((each) => each.startsWith("danger "));
    expect(dangers.length).toBeGreaterThanOrEqual(5);
    expect(dangers).toEqual(dangers.toSorted());
    expect(new Set(dangers)).toEqual(new Set(["danger critical", "danger warning"]));
    const last = found.order.lastIndexOf("danger warning");
    const after = ["Rules broken", "Not certain", "Traffic", "Database", "What is touched", "Cost"];
    const places = after.map((each) => found.order.indexOf(each));
    expect(places).toEqual(places.toSorted((a, b) => a - b));
    expect(places[0]).toBeGreaterThan(last);
  });
});

/** The page's DOM after the probe, and what the browser logged. */
async function browse(file: string, folder: string, scheme: "light" | "dark") {
  const flags = [
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    // 0 is dark: mojom::PreferredColorScheme.
    `--blink-settings=preferredColorScheme=${scheme === "dark" ? 0 : 1}`,
    "--hide-scrollbars",
    // Long enough for the page to tell what it found; the browser doesn't wait for it.
    "--virtual-time-budget=10000",
    `--user-data-dir=${join(folder, "profile")}`,
    "--enable-logging=stderr",
    "--dump-dom",
  ];
  const child = spawn(chromium!, [...flags, pathToFileURL(file).href], { stdio: ["ignore", "pipe", "pipe"] });
  const [out, err] = await Promise.all([text(child.stdout!), text(child.stderr!)]);
  return { out, err };
}
