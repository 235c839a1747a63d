import { randomInt } from "node:crypto";
import { readFileSync } from "node:fs";
import type { Graph } from "../../../graph/model.ts";
import { ofType } from "../../../graph/resources.ts";
import { TYPES } from "../../../graph/types.ts";
import { writeAtomically } from "../machine/files.ts";
import { numberOf } from "./lookup.ts";

const LETTERS = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789";

/**
 * The rehearsal's own secrets, one for each RandomPassword of the graph, kept in a file that only its owner reads.
 * A password once made stays while the stack is up: the database already knows it.
 *
 * @returns the text of each by the resource's urn
 */
export function passwordsFor(graph: Graph, file: string): Record<string, string> {
  const known = read(file);
  const passwords = Object.fromEntries(
    ofType(graph, TYPES.password).map(({ urn, inputs }) => [
      urn,
      known[urn] ?? newPassword(numberOf(inputs.length) ?? 32),
    ]),
  );
  writeAtomically(file, JSON.stringify({ ...known, ...passwords }, null, 2), 0o600);
  return passwords;
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
