import type { Graph, Value } from "../../../graph/model.ts";
import { ofType } from "../../../graph/resources.ts";
import { TYPES } from "../../../graph/types.ts";
import { only } from "./lookup.ts";

/** The stack's database by RDS's names, whether the stack makes it or it was there before. */
export interface DatabaseIn {
  /** Undefined where it was there before: then the stack has no such resource. */
  urn: string | undefined;
  inputs: { [key: string]: Value };
}

/** Under this the rehearsal keeps the password of a database that the stack only knows from outside. */
export const EXISTING = "rehearsal:database";

/**
 * @throws {RehearsalError} when there is none, or more than one
 */
export function databaseIn(graph: Graph): DatabaseIn {
  const existing = existingIn(graph);
  if (!existing) return only(graph, TYPES.database);
  // A fresh one here, with a name and a user of its own: what is in the real one is nobody's to rehearse with.
  const own = { dbName: "app", username: "app", password: { $ref: { urn: EXISTING, property: "result" } } };
  return { urn: undefined, inputs: { ...existing, ...own } };
}

/** What the program says of a database that was there before; undefined where the stack makes its own. */
export function existingIn(graph: Graph): { [key: string]: Value } | undefined {
  if (ofType(graph, TYPES.database).length > 0) return undefined;
  return (graph.outputs.rehearsal as { database?: { [key: string]: Value } } | undefined)?.database;
}
