import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { Crowd } from "../../bench/users/crowd/crowd.ts";
import type { PhaseNotes } from "../../bench/users/crowd/notes.ts";
import { writeRelease } from "../../bench/users/shop/releases.ts";
import { shopConfig } from "../../bench/users/stack.ts";
import { complaintsOf, courseLines, sum } from "../../bench/users/table.ts";
import { writtenIn } from "../../bench/users/written.ts";
import type { MetricSecond } from "../../rollout/core/verdict.ts";
import { rehearse, type Status } from "../../rollout/platforms/rehearsal/index.ts";
import { freePort } from "../../rollout/platforms/rehearsal/machine/ports.ts";
import { rehearsalPlatform } from "../../rollout/platforms/rehearsal/rollout/platform.ts";
import { foreignSkipped, hasForeign } from "./foreign.ts";
import { projectCopy, removeCopies } from "./project.ts";

// A small `npm run bench:users`: hundreds of users with pages, sessions, numbered orders, sockets and streams while the traffic
// goes to a release and back. Left out: the controller with its gates (weights are set at the balancer), servers that
// are replaced or killed, the late part's minute, and `stickiness: none`.

describe.skipIf(!hasForeign)(`${foreignSkipped}users of a shop`, () => {
  const shops = mkdtempSync(join(tmpdir(), "shops-"));
  const [one, two] = ["one", "two"].map((name) => writeRelease(shops, name)) as [string, string];
  const config = shopConfig({ blue: one, green: two }, "30m");
  const project = projectCopy({
    ...Object.fromEntries(config.map(([[key], value]) => [key, value])),
    app: { drain: "1s", assets: [{ path: "/assets/", folder: "dist/assets" }] },
  });
  let status: Status;
  let phases: PhaseNotes[];
  let measured: readonly MetricSecond[];

  beforeAll(async () => {
    status = await rehearse.up({ ...project, port: await freePort() });
  });
  afterAll(async () => {
    await removeCopies();
    rmSync(shops, { recursive: true, force: true });
  });

  test("meet whole pages, keep their sessions, and have each order once, in a rollout and a rollback", async () => {
    const { url, domain, caFile } = status;
    const crowd = new Crowd({
      place: { origin: `https://${domain}:${new URL(url).port}`, ca: readFileSync(caFile, "utf8") },
      users: 200,
      ratePerSecond: 20,
      habits: { later: 2500, think: 800 },
      phase: "before",
    });
    try {
      const platform = rehearsalPlatform(project);
      // Measuring begins with the first question.
      await platform.metrics(0);
      for (const green of [10, 25, 50, 100]) {
        await sleep(1500);
        crowd.mark(`two ${green} %`);
        await platform.moveTraffic({ blue: 100 - green, green });
      }
      await sleep(2500);
      crowd.mark("back");
      await platform.moveTraffic({ blue: 100, green: 0 });
      await sleep(2500);
      crowd.enough();
      phases = await crowd.gone;
      measured = (await platform.metrics(0)).seconds;
    } finally {
      await crowd.end();
    }
    const result = { phases, killed: "none", written: await writtenIn(project, phases) };
    for (const line of courseLines(result)) console.log(line);
    expect(complaintsOf(result)).toEqual([]);
    expect(sum(phases, ({ users }) => users)).toBeGreaterThanOrEqual(200);
    expect(sum(phases, ({ acknowledged }) => acknowledged.length)).toBeGreaterThan(200);
  });

  test("are back soon after a socket or a stream was cut", () => {
    const back = phases.flatMap(({ sockets, streams }) => [...sockets.back, ...streams.back]);
    expect(sum(phases, ({ sockets, streams }) => sockets.cut + streams.cut)).toBeGreaterThan(0);
    expect(back.length).toBeGreaterThan(0);
    expect(Math.min(...back)).toBeLessThan(2000);
  });

  test("have their event streams, which don't end, counted as no answers that a server doesn't end", () => {
    const unfinished = measured.flatMap(({ tracks }) =>
      Object.values(tracks).map(({ ways }) => ways?.unfinished?.bad ?? 0),
    );
    const opened = sum(phases, ({ streams }) => streams.opened + streams.back.length);
    expect(opened).toBeGreaterThanOrEqual(200);
    expect(unfinished.reduce((total, bad) => total + bad, 0)).toBeLessThan(opened / 4);
  });
});
