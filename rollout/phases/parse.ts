import type { Mistake } from "../../infra/settings/explain.ts";
import { readDocument } from "./document.ts";
import { type Phases, phasesSchema } from "./schema.ts";

/**
 * Reads the text of a phases file.
 *
 * @param file its name, for the error
 * @throws {FileError} with all mistakes at once
 */
export function parsePhases(file: string, text: string): Phases {
  return readDocument(file, text, phasesSchema, unknownCheckpoints);
}

function unknownCheckpoints(document: unknown): Mistake[] {
  const names = Object.keys(mapAt(document, "checkpoints"));
  const phases = mapAt(document, "phases");
  return Object.keys(phases).flatMap((phase) => {
    const { checkpoint } = mapAt(phases, phase);
    if (typeof checkpoint !== "string" || names.includes(checkpoint)) return [];
    const rule = `must name a checkpoint (${names.join(", ") || "there is none"}), not ${JSON.stringify(checkpoint)}`;
    return [{ path: `phases.${phase}.checkpoint`, rule }];
  });
}

function mapAt(document: unknown, key: string): Record<string, unknown> {
  const value = (document as Record<string, unknown> | null)?.[key];
  return value && typeof value === "object" ? (value as Record<string, unknown>) : {};
}
