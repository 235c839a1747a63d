import { createHash, randomInt } from "node:crypto";
import { existsSync } from "node:fs";
import { basename, dirname } from "node:path";
import { z } from "zod";
import type { Graph } from "../../../graph/model.ts";
import { ofType } from "../../../graph/resources.ts";
import { TYPES } from "../../../graph/types.ts";
import { writeAtomically } from "../machine/files.ts";
import { anew, Damaged, stored } from "../machine/lost/stored.ts";
import { EXISTING, existingIn } from "./database-in.ts";
import { numberOf } from "./lookup.ts";

const LETTERS = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789";

/** In the stack's folder. */
export const KEPT_SECRETS = "secrets.json";

/**
 * The rehearsal's own secrets, kept in a file that only its owner reads. One that was made stays while the stack is up: the
 * database already knows it.
 */
export class Kept {
  readonly #file: string;
  readonly #known: Record<string, string>;

  constructor(file: string) {
    this.#file = file;
    this.#known = read(file);
  }

  /** What is kept under a name, made when there is nothing. */
  of(name: string, make: () => string): string {
    const known = this.#known[name];
    if (known !== undefined) return known;
    const made = make();
    this.#known[name] = made;
    writeAtomically(this.#file, written(this.#known), 0o600);
    return made;
  }
}

/** A password for each RandomPassword of the graph, by its urn, and for a database that the stack only knows from outside. */
export function passwordsFor(graph: Graph, kept: Kept): Record<string, string> {
  const made = ofType(graph, TYPES.password).map(
    ({ urn, inputs }) => [urn, numberOf(inputs.length) ?? 32] as const,
  );
  const existing = existingIn(graph) ? [[EXISTING, 32] as const] : [];
  return Object.fromEntries(
    [...made, ...existing].map(([urn, length]) => [urn, kept.of(urn, () => newPassword(length))]),
  );
}

/** Letters and digits only, as the program asks (`special: false`): they need no escape in a URL. */
export function newPassword(length: number): string {
  return Array.from({ length }, () => LETTERS[randomInt(LETTERS.length)]).join("");
}

/** Beside the secrets: a letter that was changed is another password, which nobody knows. */
const CHECKSUM = "checksum";

const secretsSchema = z.record(z.string(), z.string());

function written(known: Record<string, string>): string {
  return JSON.stringify({ ...known, [CHECKSUM]: checksumOf(known) }, null, 2);
}

/** Only a file that is missing is a new one. @throws {Damaged} when those in it can't be had any more */
function read(file: string): Record<string, string> {
  const wayOut = `Database and servers know the passwords that were in it. ${anew(basename(dirname(file)))}`;
  const { [CHECKSUM]: checksum, ...known } = stored(file, secretsSchema, wayOut) ?? {};
  if (checksum !== undefined && checksum !== checksumOf(known))
    throw new Damaged(`${file} is damaged: it isn't what was written. ${wayOut}`);
  if (checksum === undefined && existsSync(file) && Object.keys(known).length === 0)
    throw new Damaged(`${file} is damaged: it is empty. ${wayOut}`);
  return known;
}

function checksumOf(known: Record<string, string>): string {
  return createHash("sha256")
    .update(JSON.stringify(Object.entries(known).sort()))
    .digest("hex");
}
