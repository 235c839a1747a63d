import { existsSync, readFileSync } from "node:fs";
import { basename, extname, join } from "node:path";
import type { Mistake } from "../../../infra/settings/explain.ts";
import { type Journey, journeyMistakes } from "../../../infra/settings/schema/asked/journeys.ts";
import { Misuse } from "../../errors.ts";
import { readDocument } from "../../phases/document.ts";
import { journeysSchema, type Profile, profileSchema } from "./schema.ts";

const FOLDER = join(import.meta.dirname, "..", "profiles");
/** The profiles that come with the command. */
export const SHIPPED = ["10", "100", "500", "1000"] as const;

/**
 * The profile of this name, or of this file.
 *
 * @param journeys what users do where the profile doesn't say it
 * @throws {Misuse} with every mistake in it: where it is and the rule it breaks
 */
export function readProfile(asked: string, journeys: readonly Journey[] = sampleJourneys()): Profile {
  const shipped = SHIPPED.find((name) => name === asked);
  const file = shipped ? join(FOLDER, `${shipped}.yaml`) : asked;
  if (!existsSync(file))
    throw new Misuse(`there is no profile ${asked}: name ${SHIPPED.join(", ")} or a YAML file`);
  return parseProfile(shipped ? `${shipped}.yaml` : asked, readFileSync(file, "utf8"), journeys);
}

/** @param file its name, for the error; without its ending it is the profile's name */
export function parseProfile(
  file: string,
  text: string,
  journeys: readonly Journey[] = sampleJourneys(),
): Profile {
  const read = readDocument(file, text, profileSchema, mistakesOf);
  return { ...read, name: basename(file, extname(file)), journeys: read.journeys ?? [...journeys] };
}

/** What the sample service's users do. */
export function sampleJourneys(): Journey[] {
  const name = "journeys.yaml";
  return readDocument(name, readFileSync(join(FOLDER, name), "utf8"), journeysSchema, () => []);
}

function mistakesOf(document: unknown): Mistake[] {
  const { journeys } = (document ?? {}) as { journeys?: unknown };
  return Array.isArray(journeys) ? journeyMistakes(journeys.map((each) => each ?? {})) : [];
}
