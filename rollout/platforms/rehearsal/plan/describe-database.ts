import { member, upTo } from "../../../../infra/sure.ts";
import type { Graph, Value } from "../../../graph/model.ts";
import { referred } from "../../../graph/resources.ts";
import { type Resolve, textOf } from "../../../graph/text.ts";
import { TYPES } from "../../../graph/types.ts";
import { databaseIn } from "./database-in.ts";

/** The RDS instance as PostgreSQL settings. */
export interface DatabasePlan {
  /** The major version that the stack asks for, such as `16`. */
  major: string;
  name: string;
  username: string;
  password: string;
  /** RDS's `rds.force_ssl`: no connection without TLS. */
  forceTls: boolean;
  /** The parameter group, except RDS's own `rds.*`, sorted by name. Values as RDS takes them. */
  parameters: Record<string, string>;
  /** Parameters that mean something only on AWS: RDS's own, and formulas of the instance's memory. */
  leftOut: string[];
}

const LOGICAL = "rds.logical_replication";

export function databasePlan(graph: Graph, resolve: Resolve): DatabasePlan {
  const database = databaseIn(graph);
  const group = referred(graph, database.inputs.parameterGroupName, TYPES.databaseParameters);
  const given = parametersOf(group?.inputs.parameters, resolve);
  const here = Object.entries(given).filter(([name, value]) => !isAwsOnly(name, value));
  return {
    major: upTo(textOf(database.inputs.engineVersion ?? "", resolve), "."),
    name: textOf(database.inputs.dbName, resolve),
    username: textOf(database.inputs.username, resolve),
    password: textOf(database.inputs.password, resolve),
    // An existing one says nothing of it; who refuses it there would notice too late.
    forceTls: database.urn === undefined || given["rds.force_ssl"] === "1",
    parameters: {
      ...Object.fromEntries(here),
      // What RDS makes of it (RDS User Guide, "Performing logical replication").
      ...(given[LOGICAL] === "1" && { wal_level: "logical" }),
    },
    leftOut: Object.keys(given).filter(
      (name) => name !== "rds.force_ssl" && name !== LOGICAL && isAwsOnly(name, member(given, name)),
    ),
  };
}

/** A parameter group's list `{ name, value }` as a map, sorted by name. */
export function parametersOf(list: Value | undefined, resolve: Resolve): Record<string, string> {
  if (!Array.isArray(list)) return {};
  const pairs = list.map((entry) => {
    const { name, value } = entry as { name: string; value: Value };
    return [name, textOf(value, resolve)] as const;
  });
  return Object.fromEntries(pairs.sort(([a], [b]) => (a < b ? -1 : 1)));
}

function isAwsOnly(name: string, value: string): boolean {
  return name.startsWith("rds.") || /[{}]|^(GREATEST|LEAST|SUM|log)\(/.test(value);
}
