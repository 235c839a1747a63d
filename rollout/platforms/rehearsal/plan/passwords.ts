import { randomInt } from "node:crypto";
import { readFileSync } from "node:fs";
import type { Graph } from "../../../graph/model.ts";
import { ofType } from "../../../graph/resources.ts";
import { TYPES } from "../../../graph/types.ts";
import { writeAtomically } from "../machine/files.ts";
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
    writeAtomically(this.#file, JSON.stringify(this.#known, null, 2), 0o600);
    return made;
  }
}

/** A password for each RandomPassword of the graph, by its urn. */
export function passwordsFor(graph: Graph, kept: Kept): Record<string, string> {
  return Object.fromEntries(
    ofType(graph, TYPES.password).map(({ urn, inputs }) => [
      urn,
      kept.of(urn, () => newPassword(numberOf(inputs.length) ?? 32)),
    ]),
  );
}

/** Letters and digits only, as the program asks (`special: false`): they need no escape in a URL. */
export function newPassword(length: number): string {
  return Array.from({ length }, () => LETTERS[randomInt(LETTERS.length)]).join("");
}

function read(file: string): Record<string, string> {
  try {
    return JSON.parse(readFileSync(file, "utf8"));
  } catch {
    return {};
  }
}
