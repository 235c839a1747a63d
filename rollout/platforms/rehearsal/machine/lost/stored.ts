import { readFileSync } from "node:fs";
import type { z } from "zod";
import { RehearsalError } from "../errors.ts";

/** A file of the rehearsal's own that can't be what was written: cut short, overwritten, of another version. */
export class Damaged extends RehearsalError {
  override name = "Damaged";
}

/**
 * Reads a file that the rehearsal has written, and believes nothing in it that isn't so.
 *
 * @param wayOut what somebody can do about a damaged one, as a sentence
 * @returns undefined when there is none
 * @throws {Damaged} that names the file and the way out
 */
export function stored<S extends z.ZodType>(
  file: string,
  schema: S,
  wayOut: string,
): z.output<S> | undefined {
  let text: string;
  try {
    text = readFileSync(file, "utf8");
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return undefined;
    throw new Damaged(`${file} can't be read (${(error as Error).message}). ${wayOut}`);
  }
  return checked(text, schema, file, wayOut);
}

/** The same of a text, such as a line of a file. @param where names it @throws {Damaged} */
export function checked<S extends z.ZodType>(
  text: string,
  schema: S,
  where: string,
  wayOut: string,
): z.output<S> {
  const value = parsed(text);
  if (value === NOT_JSON) throw new Damaged(`${where} is damaged: it isn't whole. ${wayOut}`);
  const found = schema.safeParse(value);
  if (found.success) return found.data;
  const [issue] = found.error.issues;
  const at = issue?.path.map(String).join(".");
  // What was found there isn't repeated: it may be a secret.
  throw new Damaged(`${where} is damaged${at ? `: ${at} isn't what it should be` : ""}. ${wayOut}`);
}

const NOT_JSON = Symbol("not JSON");

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return NOT_JSON;
  }
}

/** How a stack gets a new state when its own is damaged. */
export function anew(stack: string): string {
  return `Take the stack down and bring it up again: rollout rehearse down --stack ${stack}, which stops what it finds, then up.`;
}
