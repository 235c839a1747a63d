import { mkdirSync } from "node:fs";
import { dirname, join } from "node:path";
import { z } from "zod";
import { given } from "../../../../infra/sure.ts";
import { type ReadyFlags, readDocument } from "../../../flags/document.ts";
import { currentOf, writeAtomically } from "../machine/files.ts";
import { stored } from "../machine/lost/stored.ts";
import type { Place } from "../machine/state.ts";
import type { FlagsPlan } from "../plan/describe-flags.ts";

/** What the agent serves, as it lies in a file: the place of AppConfig's deployed version. */
export interface Published extends FlagsPlan {
  /** Counts the documents that were published, as AppConfig numbers its versions. */
  version: number;
}

export function publishedFile({ folder }: Pick<Place, "folder">): string {
  return join(folder, "flags", "published.json");
}

/**
 * Publishes a document; the agent serves it from its next answer on.
 *
 * @returns its version, which stays when nothing has changed
 * @throws {DocumentError} when it can't be served; what was served before still is
 */
export function publish(file: string, plan: FlagsPlan): number {
  readDocument(plan.document);
  const before = published(file);
  const { version = 0, ...same } = before ?? {};
  if (before && JSON.stringify(same) === JSON.stringify(plan)) return version;
  mkdirSync(dirname(file), { recursive: true });
  const { application, environment, profile, document } = plan;
  const next: Published = { application, environment, profile, document, version: version + 1 };
  writeAtomically(file, JSON.stringify(next));
  return next.version;
}

const publishedSchema = z.object({
  application: z.string(),
  environment: z.string(),
  profile: z.string(),
  document: z.string(),
  version: z.int(),
});

/** @returns undefined when nothing was published @throws {Damaged} */
export function published(file: string): Published | undefined {
  return stored(file, publishedSchema, "Remove it: rollout rehearse apply publishes the flags again.");
}

export interface ServedFlags extends Published {
  flags: ReadyFlags;
}

/** Gives what is published now. */
export function servedFrom(file: string): () => ServedFlags {
  return currentOf(file, () => {
    const next = given(published(file), `document in ${file}`);
    return { ...next, flags: readDocument(next.document) };
  });
}
