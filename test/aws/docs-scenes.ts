import { AutoScalingClient, UpdateAutoScalingGroupCommand } from "@aws-sdk/client-auto-scaling";
import { CloudWatchClient, SetAlarmStateCommand } from "@aws-sdk/client-cloudwatch";
import { expect } from "vitest";
import { StackFile } from "../../rollout/config/stack-file.ts";
import { rehearse, rolledBack } from "../rollout/check/rolled-back.ts";
import type { Typist } from "../rollout/docs-typist.ts";
import type { World } from "./world.ts";

type Scene = (world: World, typist: Typist) => Promise<void>;

const HOUR_MS = 3_600_000;

/** What the page takes for granted before a command: by page and command. */
export const SCENES: Record<string, Scene> = {
  // A rollout was taken back in the night, and half of the traffic was given to green by hand.
  "docs/incident.md: bin/rollout incident --stack prod --severity P1 --since 10m --audience customers --on aws":
    async (world) => {
      await rehearsed(world);
      await rang(world);
      await takenBack(world);
      await give(world, ["shift", "blue=50", "green=50", "--grow"]);
      world.pass(HOUR_MS);
    },
  // By then its reader has rehearsed a rollback, in the section before.
  "docs/on-call.md: bin/rollout digest --stack prod --on aws": rehearsed,
  // As the section before has it.
  "docs/release.md: bin/rollout check --stack prod --candidate green --on aws": rehearsed,
  "docs/release.md: bin/rollout status --stack prod --on aws": over,
  "docs/restore.md: bin/rollout maintenance on --stack prod --on aws": rehearsed,
  "docs/rollback.md: bin/rollout rollback --stack prod --on aws": underWay,
  "docs/rollback.md: bin/rollout shift blue=100 --grow --stack prod --on aws": promoted,
  "docs/rollback.md: bin/rollout run --stack prod --candidate blue --on aws": promoted,
  "docs/rollback.md: bin/rollout status --stack prod --on aws": over,
  "docs/rollback.md: bin/rollout shift blue=100 --restore --stack prod --on aws": drifted,
};

/** As who releases does it: on the beta stack here. */
async function rehearsed({ folder, versions }: World): Promise<void> {
  await rehearse(folder, rolledBack("green-1", versions.green!, Date.now()));
}

async function rang({ front }: World): Promise<void> {
  const client = new CloudWatchClient({ endpoint: front.endpoint });
  for (const StateValue of ["ALARM", "OK"] as const) {
    const state = { AlarmName: "prod-green-errors", StateValue, StateReason: "by the test" };
    await client.send(new SetAlarmStateCommand(state));
  }
}

async function takenBack(world: World): Promise<void> {
  const { ended } = await begun(world);
  await give(world, ["rollback"]);
  expect(await ended).toMatchObject({ code: 1, stdout: expect.stringMatching(/^rolled-back: /) });
}

async function underWay(world: World): Promise<void> {
  await begun(world);
}

/** A rollout of green that has brought users. */
async function begun(world: World) {
  const started = world.start(["run", "--candidate", "green"]);
  await expect.poll(async () => (await world.weights()).green, { timeout: 60_000 }).toBeGreaterThan(0);
  return started;
}

/** And an hour has passed: one server is left to blue. */
async function promoted(world: World): Promise<void> {
  await give(world, ["shift", "green=100", "--grow"]);
  await new StackFile(world.folder, "prod").setStable("green");
  const one = { MinSize: 1, DesiredCapacity: 1 };
  await new AutoScalingClient({}).send(
    new UpdateAutoScalingGroupCommand({ AutoScalingGroupName: "prod-blue-1", ...one }),
  );
}

/** A colleague wrote into the config, and never ran `up`. */
async function drifted({ folder }: World): Promise<void> {
  await new StackFile(folder, "prod").setWeights({ blue: 90, green: 10 });
}

async function over(_: World, typist: Typist): Promise<void> {
  await typist.ended();
}

async function give(world: World, words: string[]): Promise<void> {
  const { code, stderr } = await world.start(words).ended;
  expect(code, stderr).toBe(0);
}
