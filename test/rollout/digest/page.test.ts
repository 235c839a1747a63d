import { spawn } from "node:child_process";
import { existsSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { text } from "node:stream/consumers";
import { pathToFileURL } from "node:url";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { digestOf } from "../../../rollout/digest/digest.ts";
import { documentOf } from "../../../rollout/digest/render/digest.ts";
import { html } from "../../../rollout/digest/render/html.ts";
import { type Findings, PROBE, phone } from "../preview/probe.ts";
import { gathered, nothing } from "./example.ts";

/** Of an ordinary phone, in CSS pixels. */
const PHONE = { width: 390, height: 844 };

const page = html(documentOf(digestOf(gathered())));

test("the page loads nothing and runs nothing, whatever the values say", () => {
  for (const each of [page, html(documentOf(digestOf(nothing())))]) {
    expect(each).not.toMatch(/(src|href)="(?!data:)/);
    expect(each).not.toMatch(/<script|@import|url\(|<b>/);
    expect(each).not.toMatch(/NaN|undefined|Infinity|\[object/);
  }
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
    folder = mkdtempSync(join(tmpdir(), "rollout-digest-"));
    const file = join(folder, "phone.html");
    // The page's own policy forbids every script, the probe too.
    const probed = page.replace(/<meta http-equiv[^\n]*\n/, "").replace("</head>", `${PROBE}</head>`);
    writeFileSync(join(folder, "digest.html"), probed);
    writeFileSync(file, phone("digest.html", PHONE.width, PHONE.height));
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

  test("nothing is wider than the screen, no text too small, and all stands out from what is behind it", () => {
    expect(found.outside).toEqual([]);
    expect(found.scrollWidth).toBeLessThanOrEqual(PHONE.width);
    expect(found.smallestPx).toBeGreaterThanOrEqual(14);
    expect(found.faint).toEqual([]);
  });
});

describe.skipIf(!chromium)(`${skipped}as it is`, () => {
  test("its own policy lets its style in, and nothing is complained of", async () => {
    const folder = mkdtempSync(join(tmpdir(), "rollout-digest-"));
    try {
      const file = join(folder, "digest.html");
      writeFileSync(file, page);
      const { out, err } = await browse(file, folder, "light");
      expect(err.split("\n").filter((line) => line.includes("CONSOLE"))).toEqual([]);
      expect(out).toContain("<title>beta: weekly digest</title>");
    } finally {
      rmSync(folder, { recursive: true, force: true, maxRetries: 5 });
    }
  }, 60_000);
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
