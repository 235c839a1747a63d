import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { beforeAll, describe, expect, test } from "vitest";
import { browse, chromium, type Scheme, skipped } from "./browser.ts";
import { type Findings, framed, PROBE } from "./probe.ts";

/** Screens in CSS pixels: an ordinary phone's, and a desk's. */
export const PHONE = { width: 390, height: 844 };
export const DESK = { width: 1280, height: 800 };

/** Of a browser that has to share the machine. */
const DEADLINE_MS = 60_000;

/** Nothing is loaded from elsewhere, and no value was missing when the page was written. */
export function expectWhole(page: string): void {
  expect(page).not.toMatch(/(src|href)="(?!data:)/);
  expect(page).not.toMatch(/@import|url\(/);
  // A script has such words.
  const shown = page.replaceAll(/<script>.*?<\/script>/gs, "");
  expect(shown).not.toMatch(/NaN|undefined|Infinity|\[object/);
}

/** Opens a page from the disk as it is, under its own policy: its DOM, and its console's lines. */
export async function opened(page: string): Promise<{ dom: string; logged: string[] }> {
  return inFolder({ "page.html": page }, "page.html");
}

/** Tests that a page, as it is, opens from the disk with this title, and that nothing is complained of. */
export function testOpens(page: () => string, title: string): void {
  test.skipIf(!chromium)(
    `${skipped}it opens from the disk as it is, and the console stays silent`,
    async () => {
      const { dom, logged } = await opened(page());
      expect(logged).toEqual([]);
      expect(dom).toContain(`<title>${title}</title>`);
    },
    DEADLINE_MS,
  );
}

/**
 * Tests that a page can be read on a screen, light and dark: nothing wider than it, no text smaller than `smallestPx`, and
 * all in a contrast of 4.5 to 1.
 *
 * @param own more tests of what is found there
 */
export function testReadable(
  page: () => string,
  screen: { width: number; height: number; smallestPx: number },
  own: (found: () => Findings) => void = () => undefined,
): void {
  describe.skipIf(!chromium).each(["light", "dark"] as const)(
    `${skipped}on a screen ${screen.width} px wide, %s`,
    (scheme) => {
      let found: Findings;
      beforeAll(async () => {
        found = await findingsOf(page(), screen, scheme);
      }, DEADLINE_MS);

      test("it opens without an error", () => {
        expect(found.errors).toEqual([]);
        expect(found).toMatchObject({ innerWidth: screen.width, dark: scheme === "dark" });
      });

      test("nothing is wider than the screen, and no text too small", () => {
        expect(found.outside).toEqual([]);
        expect(found.scrollWidth).toBeLessThanOrEqual(screen.width);
        expect(found.smallestPx).toBeGreaterThanOrEqual(screen.smallestPx);
      });

      test("all text stands out from what is behind it", () => {
        expect(found.faint).toEqual([]);
      });

      own(() => found);
    },
  );
}

/** What the probe finds; what the console says is among the errors. */
async function findingsOf(
  page: string,
  screen: { width: number; height: number },
  scheme: Scheme,
): Promise<Findings> {
  // A policy that forbids every script would forbid the probe, too.
  const scripts = page.includes("script-src") ? "" : "script-src 'unsafe-inline'; ";
  const probed = page
    .replace("default-src 'none'; ", `default-src 'none'; ${scripts}`)
    .replace("</head>", `${PROBE}</head>`);
  const files = { "page.html": probed, "screen.html": framed("page.html", screen) };
  const { dom, logged } = await inFolder(files, "screen.html", scheme);
  const [, json] = /data-findings="([^"]*)"/.exec(dom) ?? [];
  if (json === undefined) throw new Error(`the probe found nothing: ${logged.join("\n")}`);
  const found: Findings = JSON.parse(
    json.replaceAll("&quot;", '"').replaceAll("&lt;", "<").replaceAll("&gt;", ">").replaceAll("&amp;", "&"),
  );
  return { ...found, errors: [...found.errors, ...logged] };
}

async function inFolder(files: Record<string, string>, first: string, scheme?: Scheme) {
  const folder = mkdtempSync(join(tmpdir(), "rollout-page-"));
  try {
    for (const [name, text] of Object.entries(files)) writeFileSync(join(folder, name), text);
    return await browse(join(folder, first), folder, scheme);
  } finally {
    rmSync(folder, { recursive: true, force: true, maxRetries: 5 });
  }
}
