import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { digestOf } from "../../../rollout/digest/digest.ts";
import { documentOf } from "../../../rollout/digest/render/digest.ts";
import { html } from "../../../rollout/digest/render/html.ts";
import { browse, chromium, skipped } from "../../support/browser.ts";
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
