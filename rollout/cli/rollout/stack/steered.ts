import { mkdtempSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { UserError } from "../../../errors.ts";
import {
  type SteeringPlace,
  steeringJournal,
  steeringPlatform,
} from "../../../platforms/aws/steering/platform.ts";
import type { JournalStore } from "../../../platforms/platform.ts";
import type { StackAtHand } from "../../on.ts";
import { passOn, tell } from "../../out.ts";
import { stateOf } from "../drive.ts";

export interface Steered {
  journal: JournalStore;
  /** Opened anew for each rollout: what was handed over is another one's then. @throws {UserError} when none is under way */
  open(): Promise<StackAtHand>;
}

/** A stack on AWS as a controller has it that needs neither Pulumi nor a checkout. */
export function steered({
  json = false,
  ...of
}: Pick<SteeringPlace, "stack" | "region" | "bucket"> & { json?: boolean }): Steered {
  const folder = mkdtempSync(join(tmpdir(), "rollout-controller-"));
  const place = { ...of, folder, onOutput: passOn };
  const journal = steeringJournal(place);
  const open = async (): Promise<StackAtHand> => {
    const state = await stateOf({ platform: { journal } });
    if (!state) throw new UserError("No rollout is under way.");
    const { platform, settings, projectDir } = await steeringPlatform(place, state.rollout);
    const noticesFile = join(folder, "notices.ndjson");
    const { alertTopicArns: topicArns, dashboardUrl } = platform;
    const about = { settings, stack: of.stack, json, projectDir, say: tell };
    return { platform, ...about, noticesFile, topicArns, dashboardUrl };
  };
  return { journal, open };
}
