import { readFileSync } from "node:fs";
import { join } from "node:path";
import { Misuse, UserError } from "../errors.ts";
import type { Metrics } from "../phases/criterion.ts";
import { judgePhase, type PhaseVerdict } from "../phases/judge.ts";
import { parseMetrics } from "../phases/metrics.ts";
import { parsePhases } from "../phases/parse.ts";
import type { Phases } from "../phases/schema.ts";
import { refusalText } from "../phases/text.ts";

const PHASES_FILE = "phases.yaml";

/** @throws {Misuse} with all mistakes in it */
export function readPhases(projectDir: string): Phases {
  return parsePhases(PHASES_FILE, textOf(PHASES_FILE, join(projectDir, PHASES_FILE)));
}

/** @throws {Misuse} with all mistakes in it */
export function readMetrics(file: string): Metrics {
  return parseMetrics(file, textOf(file, file));
}

/** @throws {Misuse} for a name that no phase has */
export function knownPhase({ phases }: Phases, name: string): string {
  if (Object.hasOwn(phases, name)) return name;
  throw new Misuse(`there is no phase ${name}: ${PHASES_FILE} has ${Object.keys(phases).join(", ")}`);
}

/**
 * Lets a stack into a phase.
 *
 * @throws {UserError} when it isn't GO, with what stands in the way
 * @throws {Misuse} when the phase isn't one of this stack, or a file can't be used
 */
export function enterPhase(
  projectDir: string,
  stack: string,
  { phase, metrics }: { phase: string; metrics: string },
): PhaseVerdict {
  const phases = readPhases(projectDir);
  const verdict = judgePhase(phases, knownPhase(phases, phase), readMetrics(metrics));
  if (verdict.stack !== null && verdict.stack !== stack)
    throw new Misuse(`the phase ${phase} is one of ${verdict.stack}, not of ${stack}`);
  if (verdict.outcome !== "GO") throw new UserError(refusalText(verdict));
  return verdict;
}

function textOf(name: string, file: string): string {
  try {
    return readFileSync(file, "utf8");
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    throw new Misuse(code === "ENOENT" ? `there is no file ${name}` : `${name} can't be read: ${code}`);
  }
}
