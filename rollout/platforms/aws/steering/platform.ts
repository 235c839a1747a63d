import { mkdir, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { milliseconds } from "../../../../infra/settings/duration.ts";
import type { Settings } from "../../../../infra/settings/settled.ts";
import { type Clock, systemClock } from "../../../clock.ts";
import { stackSettings } from "../../../config/settings.ts";
import { UserError } from "../../../errors.ts";
import type { JournalStore } from "../../platform.ts";
import { HandedStore } from "../handed.ts";
import { S3Journal } from "../journal/journal.ts";
import { Objects } from "../journal/objects.ts";
import { type AwsPlatform, awsPlatform } from "../platform.ts";
import { steeringEngine } from "./engine.ts";

export interface SteeringPlace {
  stack: string;
  region: string;
  /** The stack's journal bucket. */
  bucket: string;
  /** Where the files that were handed over are laid out: a folder for nothing else. */
  folder: string;
  clock?: Clock;
  /** What is said for people. */
  onOutput?: (text: string) => void;
}

export function steeringJournal({
  stack,
  region,
  bucket,
  clock = systemClock,
}: Omit<SteeringPlace, "folder">): JournalStore {
  return new S3Journal(new Objects(region, bucket), stack, clock);
}

/**
 * The stack as a controller without Pulumi, program and state has it: by what was handed over.
 *
 * @throws {UserError} when another rollout was handed over, or none
 */
export async function steeringPlatform(
  place: SteeringPlace,
  rollout: string,
): Promise<{ platform: AwsPlatform; settings: Settings; projectDir: string }> {
  const { stack, region, bucket, folder, clock = systemClock, onOutput } = place;
  const store = new HandedStore(new Objects(region, bucket), stack);
  const handed = await store.read();
  if (handed?.rollout !== rollout)
    throw new UserError(`${rollout} wasn't handed over: rollout run --stack ${stack} --on aws does it`);
  for (const [path, text] of Object.entries(handed.files)) {
    await mkdir(dirname(join(folder, path)), { recursive: true });
    await writeFile(join(folder, path), text, { mode: 0o600 });
  }
  const settings = stackSettings(folder, stack);
  const { latency, counters } = settings.plan.gates;
  const platform = await awsPlatform({
    projectDir: folder,
    stack,
    slowMs: milliseconds(latency.p95),
    counters,
    clock,
    engine: steeringEngine({ store, handed, folder, stack, region }),
    versions: async () => handed.versions,
    ...(onOutput && { onOutput }),
  });
  return { platform, settings, projectDir: folder };
}
