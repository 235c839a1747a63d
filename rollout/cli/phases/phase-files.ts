import { readFileSync } from "node:fs";
import { join } from "node:path";
import { Misuse } from "../../errors.ts";
import type { SuppliedMetrics } from "../../phases/criterion.ts";
import { parseMetrics } from "../../phases/metrics.ts";
import { parsePhases } from "../../phases/parse.ts";
import type { Phases } from "../../phases/schema.ts";

const PHASES_FILE = "phases.yaml";

/** @throws {Misuse} with all mistakes in it */
export function readPhases(projectDir: string): Phases {
  return parsePhases(PHASES_FILE, textOf(PHASES_FILE, join(projectDir, PHASES_FILE)));
}

/** @throws {Misuse} with all mistakes in it */
export function readMetrics(file: string): SuppliedMetrics {
  return parseMetrics(file, textOf(file, file));
}

/** @throws {Misuse} for a name that no phase has */
export function knownPhase({ phases }: Phases, name: string): string {
  if (Object.hasOwn(phases, name)) return name;
  throw new Misuse(`there is no phase ${name}: ${PHASES_FILE} has ${Object.keys(phases).join(", ")}`);
}

/** The text of a file. @throws {Misuse} when there is none, or it can't be read */
export function textOf(name: string, file: string): string {
  try {
    return readFileSync(file, "utf8");
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    throw new Misuse(code === "ENOENT" ? `there is no file ${name}` : `${name} can't be read: ${code}`);
  }
}
