import { existsSync, rmSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { expect, it } from "vitest";
import { rehearse } from "../../rollout/platforms/rehearsal/index.ts";
import { takeLock } from "../../rollout/platforms/rehearsal/machine/lock-file.ts";
import { placeOf, USERS, userLock } from "../../rollout/platforms/rehearsal/machine/state.ts";
import { planWith, rolloutWorld } from "../rehearsal/rollout-world.ts";

// `rehearse down` takes away what a rollout stands on.

const world = rolloutWorld({ tracks: { blue: { weight: 100 }, green: { weight: 0 } } });

it("is refused while somebody works with the stack, who is named", async () => {
  const { project } = world;
  const place = placeOf(project.stack, project.stateDir);
  for (const [name, what] of Object.entries(USERS)) {
    const lock = userLock(place, name as keyof typeof USERS);
    takeLock(lock, { owner: "ann@desk" });
    await expect(rehearse.down(project)).rejects.toThrow(
      `The stack beta is in use: ${what} is under way (ann@desk). It stays up. End that first, or add --force`,
    );
    rmSync(lock);
  }
  expect((await rehearse.status(project)).servers.every(({ healthy }) => healthy)).toBe(true);
});

it("with --force ends the rollout within seconds, which brings nothing up again", async () => {
  const { project } = world;
  const { done } = await world.halfway(planWith({ half: 600 }));
  await expect(rehearse.down(project)).rejects.toThrow("a rollout is under way (test)");
  expect(await world.share()).toBe(50);
  const ended = done.then(
    () => "it went on",
    (error: Error) => error.message,
  );
  await rehearse.down({ ...project, force: true });
  const said = await Promise.race([ended, sleep(5_000, "nothing in 5 s")]);
  expect(said).toBe("The stack was taken down: the run has ended with it.");
  await sleep(2_000);
  expect(existsSync(join(project.stateDir, project.stack, "state.json"))).toBe(false);
});
