import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { drive } from "../../../rollout/cli/rollout/drive.ts";
import { stackSettings } from "../../../rollout/config/settings.ts";
import { Held } from "../../../rollout/platforms/held.ts";
import type { JournalStore } from "../../../rollout/platforms/platform.ts";
import { sampleProject } from "../../support/sample.ts";
import { simulatedPlatform } from "../../support/simulated-platform.ts";
import { planFor } from "../../support/simulated-run.ts";
import { Life, World } from "../../support/simulated-world.ts";

// A run that ends by an error: who was to watch the candidate is gone, and only the run can still say so.

const settings = stackSettings(sampleProject(), "beta");
const begin = {
  rollout: "r1",
  stable: "blue",
  candidate: "green",
  plan: planFor([{ weight: 100, bake: 1 }]),
};
let folder: string;
let world: World;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "drive-"));
  world = new World({ now: Date.now() });
});
afterEach(() => rmSync(folder, { recursive: true }));

async function driven(change: (journal: JournalStore) => Partial<JournalStore>) {
  const life = new Life(world);
  const platform = simulatedPlatform(life);
  const noticesFile = join(folder, "notices.ndjson");
  const stage = {
    ...{ platform: { ...platform, journal: { ...platform.journal, ...change(platform.journal) } }, settings },
    ...{ stack: "beta", json: false, projectDir: sampleProject(), say: () => {}, noticesFile },
  };
  const error = await drive(stage, { begin, clock: life.clock }).then(
    () => undefined,
    (reason: Error) => reason,
  );
  const text = (() => {
    try {
      return readFileSync(noticesFile, "utf8");
    } catch {
      return "";
    }
  })();
  const told = text.split("\n").filter(Boolean);
  return { error, told: told.map((line) => JSON.parse(line) as { severity: string; title: string }) };
}

test("a journal that can't be written while users are on the candidate ends the run, and somebody is paged", async () => {
  const { error, told } = await driven(({ append }) => ({
    append: (entry, version) =>
      entry.kind === "verified" && entry.weights.green
        ? Promise.reject(new Error("AccessDenied"))
        : append(entry, version),
  }));
  expect(error?.message).toBe("AccessDenied");
  expect(told.at(-1)).toMatchObject({
    severity: "P1",
    title: expect.stringContaining("the run broke off (AccessDenied); traffic stays as it is"),
  });
});

test("a run that breaks off while no user is on the candidate, or is refused, pages nobody", async () => {
  const early = await driven(({ append }) => ({
    append: (entry, version) =>
      entry.kind === "intent" ? Promise.reject(new Error("AccessDenied")) : append(entry, version),
  }));
  expect(early.error?.message).toBe("AccessDenied");
  expect(early.told.map(({ severity }) => severity)).not.toContain("P1");
  const refused = await driven(() => ({ lock: () => Promise.reject(new Held("ben", 0)) }));
  expect(refused.error).toBeInstanceOf(Held);
  expect(refused.told.map(({ severity }) => severity)).not.toContain("P1");
});
