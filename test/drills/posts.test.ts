import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { text } from "node:stream/consumers";
import { setTimeout as sleep } from "node:timers/promises";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { writeRelease } from "../../bench/users/shop/releases.ts";
import { shopConfig } from "../../bench/users/stack.ts";
import type { LoadRun } from "../../rollout/load/result.ts";
import { rehearse } from "../../rollout/platforms/rehearsal/index.ts";
import { freePort } from "../../rollout/platforms/rehearsal/machine/ports.ts";
import { databaseUrl, withClient } from "../rehearsal/database.ts";
import { foreignSkipped, hasForeign } from "../rehearsal/foreign.ts";
import { projectCopy, removeCopies } from "../rehearsal/project.ts";
import { chromium, skipped } from "../support/browser.ts";
import { Browser, type Page } from "../support/devtools.ts";
import { ROOT } from "../support/sample.ts";

// A POST that was on its way when a server went is done once or reported, never done twice: neither nginx, nor the balancer, nor
// a real browser sends it again. The shop has stored an order for a while before it says so: the time in which its server is killed.

const ANSWER_AFTER_MS = 1000;
const PROFILE = `
description: orders alone
think: 1s
arrivals: constant
stages: [{ for: 0s, users: 40 }, { for: 20s, users: 40 }]
thresholds: { success: { target: 50, acceptable: 40, critical: 0 } }
`;
const ORDER = {
  name: "order",
  request: "POST /orders",
  body: { number: { number: true }, guest: "yes" },
  expect: { status: 201 },
  written: "SELECT number FROM orders WHERE number LIKE '{run}-%'",
};

describe.skipIf(!hasForeign)(`${foreignSkipped}orders on their way when their server goes`, () => {
  const shops = mkdtempSync(join(tmpdir(), "orders-"));
  const one = writeRelease(shops, "one");
  const { app, ...config } = Object.fromEntries(
    shopConfig({ blue: one, green: one }, "30m").map(([[key], value]) => [key, value]),
  );
  const project = projectCopy({
    ...config,
    app: { ...(app as object), environment: { ANSWER_AFTER_MS: String(ANSWER_AFTER_MS) } },
    limits: { requestsPerMinute: 100_000 },
    journeys: [ORDER],
  });
  let at: { port: number; domain: string };

  beforeAll(async () => {
    writeFileSync(join(project.projectDir, "orders.yaml"), PROFILE);
    at = await rehearse.up({ ...project, port: await freePort() });
  });
  afterAll(async () => {
    await removeCopies();
    rmSync(shops, { recursive: true, force: true });
  });

  /** What ends a server, or only its application. */
  async function kill(...parts: ("nginx" | "app")[]): Promise<void> {
    const { servers } = await rehearse.status(project);
    const { pids } = servers.find(({ track, healthy }) => track === "blue" && healthy)!;
    for (const part of parts) process.kill(-pids[part]!, "SIGKILL");
  }
  const timesOf = (number: string) =>
    withClient(databaseUrl(project), async (client) => {
      const { rowCount } = await client.query("SELECT 1 FROM orders WHERE number = $1", [number]);
      return rowCount;
    });

  test("under load none is lost that was acknowledged, and none done twice; what has no answer is reported", async () => {
    const child = spawn(
      join(ROOT, "bin/rollout"),
      ["load", "--profile", "orders.yaml", "--json", "--stack", "beta"],
      {
        cwd: project.projectDir,
        env: { ...process.env, ROLLOUT_ON: undefined },
        stdio: ["ignore", "pipe", "inherit"],
      },
    );
    const told = text(child.stdout);
    const ended = once(child, "close");
    await sleep(6000);
    await kill("nginx", "app");
    await sleep(1000);
    await rehearse.up({ ...project, again: true });
    await kill("app");
    await sleep(1000);
    await rehearse.up({ ...project, again: true });
    await ended;
    const run: LoadRun = JSON.parse(await told);
    const [found] = run.writes!;
    expect(found).toMatchObject({ journey: "order", lost: [], doubled: [] });
    expect(found).not.toHaveProperty("unknown");
    // Without these nobody would have tried it.
    expect(found!.unanswered).toBeGreaterThan(0);
    expect(found!.unansweredThere).toBeGreaterThan(0);
    expect(run.verdicts.find(({ threshold }) => threshold === "writes")).toMatchObject({ level: "target" });
  });

  describe.skipIf(!chromium)(`${skipped}of a browser`, () => {
    let browser: Browser;
    let page: Page;
    beforeAll(async () => {
      browser = await Browser.open(shops, [
        `--host-resolver-rules=MAP ${at.domain} 127.0.0.1`,
        "--ignore-certificate-errors",
      ]);
      page = await browser.page(`https://${at.domain}:${at.port}/`);
    });
    afterAll(() => browser?.close());

    const order = (number: string) =>
      page.value(
        `fetch("/orders", { method: "POST", headers: { "content-type": "application/json" }, body: '${JSON.stringify({ number, guest: "yes" })}' }).then(({ status }) => status, (error) => String(error))`,
      );

    test.each([
      ["the server", ["nginx", "app"]],
      ["the application", ["app"]],
    ] as const)("%s", async (what, parts) => {
      // Its connection is a used one from here on: those are what a browser tries again.
      expect(await order(`before ${what}`)).toBe(201);
      const number = `while ${what} goes`;
      const { servers } = await rehearse.status(project);
      const ending = servers.flatMap(({ track, pids }) =>
        track === "blue" ? parts.map((part) => pids[part]!) : [],
      );
      const answered = order(number);
      await expect.poll(() => timesOf(number), { interval: 20 }).toBe(1);
      for (const pid of ending) process.kill(-pid, "SIGKILL");
      expect(await answered).not.toBe(201);
      await rehearse.up({ ...project, again: true });
      await sleep(2000);
      expect(await timesOf(number)).toBe(1);
    });
  });
});
