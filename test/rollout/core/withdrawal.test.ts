import { expect, test } from "vitest";
import type { JournalEntry } from "../../../rollout/core/journal.ts";
import { withdrawalIn } from "../../../rollout/core/withdrawal.ts";
import { planFor, play } from "../../support/simulated-run.ts";
import { World } from "../../support/simulated-world.ts";
import { rolledBack } from "../view/example.ts";

const plan = planFor([
  { weight: 10, bake: 10 },
  { weight: 100, bake: 10 },
]);

/** The journal of a rollout, whatever becomes of it. */
async function journalOf(
  after: (world: World) => void,
  command?: { after: number; command: "rollback" },
): Promise<JournalEntry[]> {
  const world = new World();
  after(world);
  await play({ world, plan, commands: command ? [command] : [] });
  return world.journal;
}

test("a person, with users on it: also when the gates would have been next", async () => {
  const journal = await journalOf(() => {}, { after: 8, command: "rollback" });
  expect(withdrawalIn(journal)).toMatchObject({ by: "a person", hadUsers: true });
});

test("the controller, before it had users", async () => {
  const journal = await journalOf((world) => {
    world.smoke = { passed: false, details: ["/health: 500"] };
  });
  expect(withdrawalIn(journal)).toMatchObject({ by: "the controller", hadUsers: false });
});

test("the gates, by the evidence that they give", () => {
  const withEvidence = rolledBack.map((entry) =>
    entry.kind === "rollback"
      ? { ...entry, evidence: [{ outcome: "fail", reason: "errors: worse" }] }
      : entry,
  );
  const { at } = rolledBack.find(({ kind }) => kind === "rollback")!;
  expect(withdrawalIn(withEvidence)).toEqual({ at, by: "the gates", hadUsers: true });
});

test("none while it goes on, and none of the rollout before it", async () => {
  const journal = await journalOf(() => {});
  expect(withdrawalIn(journal)).toBeUndefined();
  expect(withdrawalIn([...rolledBack, ...journal])).toBeUndefined();
  expect(withdrawalIn([])).toBeUndefined();
});
