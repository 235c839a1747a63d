import { existsSync } from "node:fs";
import { join } from "node:path";
import { FlagsError, parseFlags } from "../../../infra/flags/parse.ts";
import type { Flag } from "../../../infra/flags/schema.ts";
import { stackSettings } from "../../config/settings.ts";
import type { PhaseRecord } from "../../core/journal.ts";
import { Misuse, UserError } from "../../errors.ts";
import { judgePhase, type PhaseVerdict } from "../../phases/judge.ts";
import { reachOf } from "../../phases/reach.ts";
import { cohortText, refusalText } from "../../phases/text.ts";
import { knownPhase, readPhases, textOf } from "./phase-files.ts";
import { evidenceFor, type Supplied } from "./phase-sources.ts";

/** How a phase's cohort comes to the candidate, by what the stack is made of. */
export function reachIn(
  projectDir: string,
  stack: string,
  { cohort }: Pick<PhaseVerdict, "cohort">,
): string[] {
  const file = `flags.${stack}.yaml`;
  const path = join(projectDir, file);
  const flags = existsSync(path) ? flagsOf(file, textOf(file, path)) : new Map<string, never>();
  // A phase may be for a stack that is still to come.
  const isThere = existsSync(join(projectDir, `Pulumi.${stack}.yaml`));
  const tracks = isThere ? stackSettings(projectDir, stack).tracks.map(({ name }) => name) : [];
  return reachOf(cohort, { tracks, flags });
}

function flagsOf(file: string, text: string): ReadonlyMap<string, Flag> {
  try {
    return parseFlags(file, text);
  } catch (error) {
    throw error instanceof FlagsError ? new Misuse(error.message) : error;
  }
}

/**
 * Lets a stack into a phase.
 *
 * @throws {UserError} when it isn't GO, with what stands in the way
 * @throws {Misuse} when the phase isn't one of this stack, or a file can't be used
 */
export async function enterPhase(
  projectDir: string,
  stack: string,
  { phase, ...from }: Supplied & { phase: string },
): Promise<PhaseRecord> {
  const phases = readPhases(projectDir);
  const { metrics, unread } = await evidenceFor(phases, [knownPhase(phases, phase)], from);
  const verdict = judgePhase(phases, phase, metrics, unread);
  if (verdict.stack !== null && verdict.stack !== stack)
    throw new Misuse(`the phase ${phase} is one of ${verdict.stack}, not of ${stack}`);
  if (verdict.outcome !== "GO") throw new UserError(refusalText(verdict));
  return { name: phase, cohort: cohortText(verdict.cohort), reach: reachIn(projectDir, stack, verdict) };
}
