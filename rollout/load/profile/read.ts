import { existsSync, readFileSync } from "node:fs";
import { basename, extname, join } from "node:path";
import type { Mistake } from "../../../infra/settings/explain.ts";
import { Misuse } from "../../errors.ts";
import { readDocument } from "../../phases/document.ts";
import { type Journey, journeysSchema, keptIn, type Profile, profileSchema } from "./schema.ts";

const FOLDER = join(import.meta.dirname, "..", "profiles");
/** The profiles that come with the command. */
export const SHIPPED = ["10", "100", "500", "1000"] as const;

/**
 * The profile of this name, or of this file.
 *
 * @throws {Misuse} with every mistake in it: where it is and the rule it breaks
 */
export function readProfile(asked: string): Profile {
  const shipped = SHIPPED.find((name) => name === asked);
  const file = shipped ? join(FOLDER, `${shipped}.yaml`) : asked;
  if (!existsSync(file))
    throw new Misuse(`there is no profile ${asked}: name ${SHIPPED.join(", ")} or a YAML file`);
  return parseProfile(shipped ? `${shipped}.yaml` : asked, readFileSync(file, "utf8"));
}

/** @param file its name, for the error; without its ending it is the profile's name */
export function parseProfile(file: string, text: string): Profile {
  const read = readDocument(file, text, profileSchema, mistakesOf);
  return { ...read, name: basename(file, extname(file)), journeys: read.journeys ?? sampleJourneys() };
}

/** What the sample service's users do: the journeys of a profile that names none. */
export function sampleJourneys(): Journey[] {
  const name = "journeys.yaml";
  return readDocument(name, readFileSync(join(FOLDER, name), "utf8"), journeysSchema, () => []);
}

/** What is read back must be kept by a journey; a name stands once. */
function mistakesOf(document: unknown): Mistake[] {
  const { journeys } = (document ?? {}) as { journeys?: unknown };
  if (!Array.isArray(journeys)) return [];
  const all = journeys.map((each) => (each ?? {}) as Record<string, unknown>);
  const kept = all.flatMap(({ keep }) => (typeof keep === "string" ? [keep] : []));
  const names = all.map(({ name }) => name);
  return all.flatMap(({ name, request }, index) => {
    const reads = typeof request === "string" ? keptIn(request) : undefined;
    const keeps = kept.join(", ") || "there is none";
    return [
      ...(reads && !kept.includes(reads)
        ? [
            {
              path: `journeys[${index}].request`,
              rule: `reads {${reads}}, which no journey keeps (${keeps})`,
            },
          ]
        : []),
      ...(name !== undefined && names.indexOf(name) < index
        ? [{ path: `journeys[${index}].name`, rule: `is the name of journeys[${names.indexOf(name)}] too` }]
        : []),
    ];
  });
}
