import { expect, it } from "vitest";
import { planOf } from "../../rollout/core/plan.ts";
import { rehearse } from "../../rollout/platforms/rehearsal/index.ts";
import { Ledger, type ProcessRecord } from "../../rollout/platforms/rehearsal/machine/state.ts";
import { placeIn } from "../../rollout/platforms/rehearsal/verbs/options.ts";
import { orderFaults } from "../rehearsal/faults.ts";
import { BLUE, rolloutWorld } from "../rehearsal/rollout-world.ts";

// The alarms that the stack registers, at their real minutes, beside gates that would let the candidate through.

const world = rolloutWorld({ tracks: { blue: { weight: 100 }, green: { weight: 0 } } }, 100);
const { project } = world;

const plan = planOf(
  {
    steps: [
      { weight: 50, bake: "3m" },
      { weight: 100, bake: "3m" },
    ],
    // So sure want these to be that a minute of 3 % errors, more than the alarm bears, is far from enough.
    gates: { errorRate: { max: 0.5 }, latency: { p95: "30s" }, minRequests: 50, falseAlarm: 1e-100 },
    freeze: [],
  },
  { keepSeconds: 0 },
);

it("goes back when the candidate's captured alarm goes off, and no other gate minds", async () => {
  const { done } = await world.halfway(plan);
  await orderFaults(project, "green", { errorRate: 0.03 });
  const { outcome, reason } = await done;
  await orderFaults(project, "green", {});
  expect(outcome).toBe("rolled-back");
  expect(reason).toMatch(/^alarms: beta-green-state is on \(beta-green-errors/);
  expect(await world.platform.readWeights()).toMatchObject({ config: BLUE, state: BLUE, real: BLUE });
  const rollback = await world.last("rollback");
  const gates = (rollback as { evidence?: { name: string; outcome: string }[] }).evidence ?? [];
  expect(gates.filter(({ outcome }) => outcome === "fail").map(({ name }) => name)).toEqual(["alarms"]);
});

it("lets nothing pass once nobody looks at the alarms, until up starts what does", async () => {
  const ofBlue = () => world.platform.alarms?.("blue");
  expect(await ofBlue()).toMatchObject([{ name: "beta-blue-state", state: "OK" }]);
  const { pid } = recordOf("alarms");
  process.kill(pid, "SIGKILL");
  const told = () =>
    ofBlue()?.then(
      () => "",
      (error: Error) => error.message,
    );
  await expect.poll(told, { timeout: 60_000, interval: 1_000 }).toContain("nobody looks at the alarms now");
  await rehearse.up(project);
  expect(await ofBlue()).toMatchObject([{ name: "beta-blue-state", state: "OK" }]);
});

function recordOf(key: string): ProcessRecord {
  const record = Ledger.openOrFail(placeIn(project)).state.processes[key];
  if (!record) throw new Error(`${key} was never started`);
  return record;
}
