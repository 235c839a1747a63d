import { mkdtempSync, readlinkSync, rmSync, symlinkSync, unlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, it } from "vitest";
import { rehearse } from "../../rollout/platforms/rehearsal/index.ts";
import { orderFaults } from "../rehearsal/faults.ts";
import { BLUE, planWith, rolloutWorld } from "../rehearsal/rollout-world.ts";
import { ROOT } from "../support/sample.ts";

// A stable track that is too small to take back what the candidate's three servers carry, and may have another one.

const world = rolloutWorld({
  tier: "prod",
  tracks: { blue: { weight: 100, servers: 2, maxServers: 3 }, green: { weight: 0, servers: 3 } },
  // What is served is another name of what is built: to break it leaves the build and its digest as they are.
  rehearsal: { command: ["{node}", "served/main.ts"] },
});
const { project } = world;
const SERVED = join(project.projectDir, "served");
symlinkSync(join(ROOT, "app"), SERVED);
const HALF = { blue: 50, green: 50 };

it("restores stable's servers before the traffic goes back; where it can't, it stops, pages, and moves nothing", async () => {
  const { done } = await world.halfway(planWith({ half: 60, capacity: 20 }));
  const mend = breakNewServers();
  await orderFaults(project, "green", { errorRate: 0.3 });
  expect(await done).toEqual({
    outcome: "stopped",
    reason: "the rollback would overload stable: blue has 2 healthy servers of 3",
  });
  const failures = (await world.entries()).filter(({ kind }) => kind === "failed");
  expect(failures.length).toBeGreaterThan(0);
  for (const failure of failures)
    expect(failure).toMatchObject({ error: expect.stringContaining("no more servers") });
  expect(await world.platform.readWeights()).toMatchObject({ config: HALF, real: HALF });

  mend();
  await world.give("rollback");
  // A new server is in the balancer's eyes healthy after two checks.
  expect(await world.goOn()).toMatchObject({ outcome: "rolled-back" });
  expect(await world.platform.readWeights()).toMatchObject({ config: BLUE, state: BLUE, real: BLUE });
  const { servers } = await rehearse.status(project);
  expect(servers.filter(({ track, healthy }) => track === "blue" && healthy)).toHaveLength(3);
  const acts = (await world.entries()).flatMap((entry) => (entry.kind === "intent" ? [entry.act.do] : []));
  expect(acts.filter((act) => act === "weights-now")).toHaveLength(1);
  expect(acts.indexOf("weights-now")).toBeGreaterThan(acts.lastIndexOf("grow"));
});

/** From now on an application that starts ends at once; those that run go on. @returns what takes that back */
function breakNewServers(): () => void {
  const whole = readlinkSync(SERVED);
  const broken = mkdtempSync(join(tmpdir(), "broken-app-"));
  writeFileSync(join(broken, "main.ts"), 'console.error("no more servers");\nprocess.exit(3);\n');
  unlinkSync(SERVED);
  symlinkSync(broken, SERVED);
  return () => {
    unlinkSync(SERVED);
    symlinkSync(whole, SERVED);
    rmSync(broken, { recursive: true });
  };
}
