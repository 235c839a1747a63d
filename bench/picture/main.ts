import { execFileSync } from "node:child_process";
import { existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { stackSettings } from "../../rollout/config/settings.ts";
import { planOf } from "../../rollout/core/plan.ts";
import { replay } from "../../rollout/core/replay.ts";
import { rehearse } from "../../rollout/platforms/rehearsal/index.ts";
import { freePort } from "../../rollout/platforms/rehearsal/machine/ports.ts";
import { rehearsalPlatform } from "../../rollout/platforms/rehearsal/rollout/platform.ts";
import { MetricHistory } from "../../rollout/run/history.ts";
import { judgeOf } from "../../rollout/run/judge.ts";
import type { ProjectCopy } from "../../rollout/tour/project-copy.ts";
import { reportData } from "../../rollout/view/report/data.ts";
import { type BenchPlace, benchInRehearsal } from "../rehearsal.ts";
import { WatchedLoad } from "../rollback/load.ts";
import { rollBackOnce } from "../rollback/once.ts";
import { PICTURE, picturePage } from "./page.ts";

// `npm run picture`: the README's picture, of a real rollout. In the rehearsal the candidate begins to fail while it has
// 25 % of the traffic, and the rollout goes back; what its journal and the balancer's counts tell is drawn as in a report, and
// Chromium takes the picture (bin/install-browser).

const FOLDER = join(import.meta.dirname, "../../docs/pictures");
const TITLE = "A version that begins to fail at 25 % of the traffic is taken back by itself";
const STEPS = [
  { weight: 25, bake: "60s" },
  { weight: 50, bake: "60s" },
  { weight: 100, bake: "60s" },
] as const;

await benchInRehearsal("beta", draw);

async function draw(place: BenchPlace, copy: ProjectCopy): Promise<void> {
  const { stable, tracks, plan: configured } = stackSettings(place.projectDir, place.stack);
  const candidate = tracks.find(({ name }) => name !== stable)!.name;
  copy.setWeights({ [stable]: 100, [candidate]: 0 });
  const plan = planOf({ ...configured, steps: [...STEPS] }, { keepSeconds: 0 });
  const { url, domain, caFile } = await rehearse.up({ ...place, port: await freePort() });
  const load = new WatchedLoad({ url, domain, caFile, ratePerSecond: 150 });
  const platform = rehearsalPlatform(place);
  await platform.metrics(0);
  await sleep(20_000);
  await rollBackOnce(place, load, {
    rollout: "picture",
    stable,
    candidate,
    plan,
    errorRate: 0.2,
    afterMs: 20_000,
  });
  // What follows the rollback: errors are over.
  await sleep(15_000);
  await load.stop();
  const { entries } = await platform.journal.read();
  const state = replay(entries);
  if (!state) throw new Error("no rollout has begun");
  const history = new MetricHistory((...since) => platform.metrics(...since));
  await history.read(state, undefined);
  const data = reportData("beta", entries, history.seconds, judgeOf(state.plan), Date.now(), history.period);
  mkdirSync(FOLDER, { recursive: true });
  for (const ground of ["light", "dark"] as const)
    take(picturePage(data, TITLE, ground), join(FOLDER, `rollback.${ground}.png`));
}

/** Of a page as it opens from the disk, for a screen with two dots to a pixel. */
function take(page: string, picture: string): void {
  const folder = mkdtempSync(join(tmpdir(), "picture-"));
  try {
    const file = join(folder, "page.html");
    writeFileSync(file, page);
    const browser = ["/usr/bin/chromium", "/usr/bin/google-chrome"].find(existsSync) ?? "chromium";
    const size = `--window-size=${PICTURE.width},${PICTURE.height}`;
    const flags = [
      "--headless",
      "--no-sandbox",
      "--disable-gpu",
      "--hide-scrollbars",
      "--force-device-scale-factor=2",
    ];
    const waits = ["--virtual-time-budget=5000", `--user-data-dir=${join(folder, "profile")}`];
    execFileSync(browser, [...flags, ...waits, size, `--screenshot=${picture}`, `file://${file}`], {
      stdio: "ignore",
    });
  } finally {
    rmSync(folder, { recursive: true, force: true, maxRetries: 5 });
  }
}
