import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { orderFaults } from "../rehearsal/faults.ts";
import { BLUE, planWith, rolloutWorld } from "../rehearsal/rollout-world.ts";
import { TYPING } from "../rehearsal/typed.ts";
import { chromium, skipped } from "../support/browser.ts";
import { Browser, type Page } from "../support/devtools.ts";

// The live page in a real Chromium, from a rollout's start to the rollback by its button.

const ROLLOUT = join(import.meta.dirname, "../../bin/rollout");
const POLL = { timeout: 30_000, interval: 200 };

describe.skipIf(!chromium)(`${skipped}the live page`, () => {
  const world = rolloutWorld({ tracks: { blue: { weight: 100 }, green: { weight: 0 } } });
  const folder = mkdtempSync(join(tmpdir(), "live-page-"));
  const children: ChildProcess[] = [];
  let browser: Browser;

  beforeAll(async () => {
    browser = await Browser.open(folder, []);
  });
  afterAll(async () => {
    await browser?.close();
    for (const child of children) child.kill("SIGKILL");
    rmSync(folder, { recursive: true, force: true, maxRetries: 5 });
  });

  /** The command, as a person starts it, and its page, as he opens it. */
  async function ui(...options: string[]): Promise<{ child: ChildProcess; url: string; page: Page }> {
    const child = spawn(ROLLOUT, ["ui", "--stack", "beta", ...options], {
      cwd: world.project.projectDir,
      stdio: ["ignore", "pipe", "inherit"],
      env: { ...process.env, ...TYPING },
    });
    children.push(child);
    const [url] = (await once(createInterface(child.stdout!), "line")) as [string];
    return { child, url, page: await browser.page(url) };
  }

  const textOf = (page: Page, id: string) => () =>
    page.value(`document.getElementById(${JSON.stringify(id)}).innerText`) as Promise<string>;
  const press = (page: Page, button: string) =>
    page.value(`document.querySelector(${JSON.stringify(button)}).click()`);

  test("shows the rollout as it goes, and its button takes all traffic back once it is confirmed", async () => {
    const { child, url, page } = await ui();
    await expect.poll(textOf(page, "now"), POLL).toContain("No rollout has begun.");
    const { done } = await world.halfway(planWith({ half: 300 }));
    await orderFaults(world.project, "green", { errorRate: 0.01 });
    await expect.poll(textOf(page, "now"), POLL).toContain("baking at 50 %");
    await expect.poll(textOf(page, "split"), POLL).toMatch(/real\s+blue 50 green 50/);
    await expect.poll(textOf(page, "gates"), POLL).toMatch(/errors\s+wait/);
    await expect.poll(textOf(page, "tracks"), POLL).toMatch(/green\s+candidate\s+\d+\.\d\s+\d/);
    expect(await page.value("document.querySelectorAll('#charts canvas').length")).toBe(2);
    // Nothing happens before it is confirmed, and "no" is what Enter says.
    await press(page, "#words .rollback");
    expect(await textOf(page, "what")()).toContain(
      "All traffic goes to blue at once: green has 50 % of it now",
    );
    expect(await page.value("document.activeElement.value")).toBe("no");
    await press(page, "#confirm [value=no]");
    await press(page, "#words .rollback");
    await press(page, "#confirm [value=yes]");
    expect(await done).toMatchObject({ outcome: "rolled-back" });
    await expect.poll(textOf(page, "said"), POLL).toContain("Roll back: told test");
    await expect.poll(textOf(page, "now"), POLL).toContain("rolled-back");
    await expect.poll(textOf(page, "split"), POLL).toMatch(/real\s+blue 100/);
    await expect.poll(textOf(page, "journal"), POLL).toMatch(/asks: rollback/);
    expect(await world.platform.readWeights()).toMatchObject({ config: BLUE, state: BLUE, real: BLUE });
    expect(await page.value("document.querySelector('#words .rollback').disabled")).toBe(true);
    expect(page.complaints).toEqual([]);
    // Nobody else gets in by the address that was printed.
    expect((await fetch(url)).status).toBe(403);
    child.kill("SIGINT");
    expect(await once(child, "exit")).toEqual([0, null]);
    await expect.poll(textOf(page, "link"), POLL).toMatch(/^Nobody answers.*What is below was so at/s);
  });

  test("with --read-only has no button, and takes no word", async () => {
    const { page } = await ui("--read-only");
    await expect.poll(textOf(page, "now"), POLL).toContain("rolled-back");
    expect(await page.value("document.querySelectorAll('button').length")).toBe(0);
    const status = "fetch('/word', { method: 'POST', body: 'rollback' }).then(({ status }) => status)";
    expect(await page.value(status)).toBe(403);
  });
});
