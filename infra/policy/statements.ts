import { isObject, type Json, list } from "./values.ts";

export type StatementJson = { [key: string]: Json };

/** The statements of a policy, given as JSON text or as its structure; none when it isn't known yet. */
export function statements(policy: Json | undefined): StatementJson[] {
  const document = typeof policy === "string" ? parsed(policy) : policy;
  return isObject(document) ? list(document.Statement).filter(isObject) : [];
}

export function allows(statement: StatementJson): boolean {
  return (statement.Effect ?? "Allow") === "Allow";
}

/** Whether a statement is about everybody: `Principal: "*"` or `{ AWS: "*" }`. */
export function isEverybody(principal: Json | undefined): boolean {
  if (isObject(principal)) return Object.values(principal).some(isEverybody);
  return list(principal).includes("*");
}

function parsed(text: string): Json | undefined {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
