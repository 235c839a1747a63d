import { mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { build } from "vite";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { Ledger } from "../../rollout/platforms/rehearsal/machine/state.ts";
import { placeIn } from "../../rollout/platforms/rehearsal/verbs/options.ts";
import { client } from "../rehearsal/project.ts";
import { planWith, rolloutWorld } from "../rehearsal/rollout-world.ts";
import { chromium, skipped } from "../support/browser.ts";
import { Browser, type Page } from "../support/devtools.ts";
import { ROOT } from "../support/sample.ts";

// What Vite builds, unchanged, twice, and its own server for it (`vite preview`, an app of one page) on each track; a real
// Chromium has pages of both versions open through a rollback and a promotion. Nobody stays with a version here: each
// request goes by the weights alone, so that every page asks both tracks for its parts.

const SHOP = mkdtempSync(join(tmpdir(), "shop-"));
const VITE = join(ROOT, "node_modules/vite/bin/vite.js");

/** Its parts differ in nothing but what is in them; `later` is one that is fetched when it is needed. */
const PAGE = (version: string) => ({
  "index.html": `<!doctype html><html lang="en"><title>loading</title><link rel="icon" href="data:,"><script type="module" src="/main.js"></script></html>`,
  "main.js": `import "./main.css";
document.title = "${version}";
window.later = async () => (await import("./later.js")).default();`,
  "main.css": `body { --main: "${version}" }`,
  "later.js": `import "./later.css";
export default () => getComputedStyle(document.body).getPropertyValue("--later") + " of ${version}";`,
  "later.css": `body { --later: "${version}" }`,
  "vite.config.js": "export default { preview: { allowedHosts: true } };",
});

const shots = () => {
  let sent = 0;
  return {
    next: () => ({
      method: "GET" as const,
      path: "/",
      from: client(sent++ % 500)["x-forwarded-for"]!,
      mistake: (status: number) => (status === 200 ? undefined : `${status}`),
    }),
  };
};

describe.skipIf(!chromium)(`${skipped}a page that is open while another version comes, or goes`, () => {
  let browser: Browser;
  beforeAll(async () => {
    for (const version of ["one", "two"]) {
      const root = join(SHOP, version);
      mkdirSync(root);
      for (const [name, text] of Object.entries(PAGE(version))) writeFileSync(join(root, name), text);
      await build({ root, logLevel: "error" });
    }
  });
  const world = rolloutWorld(
    {
      tracks: { blue: { weight: 100 }, green: { weight: 0 } },
      stickiness: "none",
      limits: { requestsPerMinute: 100_000 },
      app: { healthPath: "/index.html", drain: "2s", assets: [{ path: "/assets/", folder: "dist/assets" }] },
      rehearsal: {
        command: ["{node}", VITE, "preview", "--host", "{host}", "--port", "{port}", "--strictPort"],
        tracks: { blue: { folder: join(SHOP, "one") }, green: { folder: join(SHOP, "two") } },
      },
    },
    200,
    shots(),
  );
  beforeAll(async () => {
    const { port, domain } = world.status;
    browser = await Browser.open(SHOP, [
      `--host-resolver-rules=MAP ${domain} 127.0.0.1`,
      "--ignore-certificate-errors",
    ]);
    at = `https://${domain}:${port}/`;
  });
  afterAll(async () => {
    await browser?.close();
    rmSync(SHOP, { recursive: true, force: true, maxRetries: 5 });
  });
  let at: string;
  let old: Page;
  let fresh: Page;

  /** Once more, without what the browser keeps. */
  const whole = async (): Promise<Page> => {
    await browser.send("Storage.clearDataForOrigin", { origin: at, storageTypes: "all" }).catch(() => {});
    const page = await browser.page(at);
    expect(await page.value("getComputedStyle(document.body).getPropertyValue('--main')")).toBe(
      `"${await page.value("document.title")}"`,
    );
    return page;
  };

  test("a rollback: what is open of the candidate finds its part at stable", async () => {
    old = await whole();
    expect(await old.value("document.title")).toBe("one");
    const { done } = await world.halfway(planWith({ half: 120 }));
    const titles = new Map<unknown, Page>();
    for (let visits = 0; visits < 10 || (titles.size < 2 && visits < 40); visits += 1) {
      const page = await whole();
      titles.set(await page.value("document.title"), page);
      expect(page.complaints).toEqual([]);
    }
    expect([...titles.keys()].toSorted()).toEqual(["one", "two"]);
    fresh = titles.get("two")!;
    await world.give("rollback");
    await done;
    expect(await world.share()).toBe(0);
    expect(await fresh.value("later()")).toBe('"two" of two');
    expect(fresh.complaints).toEqual([]);
    expect(new Set(fresh.answers.slice(-2).map(({ track }) => track))).toEqual(new Set(["blue"]));
  });

  test("a promotion: what is open of the old version finds its part at the new one", async () => {
    const { done } = await world.halfway(planWith({ half: 2, full: 2 }));
    expect((await done).outcome).toBe("promoted");
    await sleep(100);
    expect(await (await whole()).value("document.title")).toBe("two");
    expect(await old.value("later()")).toBe('"one" of one');
    expect(old.complaints).toEqual([]);
    expect(new Set(old.answers.slice(-2).map(({ track }) => track))).toEqual(new Set(["green"]));
    expect(world.load.progress().lost).toBe(0);
  });

  test("the app itself has no such file, and would break the page", async () => {
    const { servers } = Ledger.openOrFail(placeIn(world.project)).state;
    const names = readdirSync(join(SHOP, "one/dist/assets")).filter((name) => name.startsWith("later"));
    expect(names).toHaveLength(2);
    for (const name of names) {
      const { appPort } = servers.find(({ track }) => track === "green")!;
      const answer = await fetch(`http://127.0.0.1:${appPort}/assets/${name}`);
      expect(answer.headers.get("content-type") ?? "").not.toMatch(/javascript|css/);
    }
  });
});
