import { isDeepStrictEqual } from "node:util";

/** Flags of a time, whatever their form: of the file, or of AppConfig's document. */
export type FlagMap = Record<string, Record<string, unknown>>;

/** What became of one flag between two times. */
export interface FlagDifference {
  key: string;
  kind: "added" | "removed" | "changed";
  fields: { field: string; from?: unknown; to?: unknown }[];
}

/** By key, sorted; a flag that is as it was isn't there. */
export function differences(before: FlagMap, after: FlagMap): FlagDifference[] {
  const keys = [...new Set([...Object.keys(before), ...Object.keys(after)])].sort();
  return keys.flatMap((key) => {
    const [from, to] = [before[key], after[key]];
    const kind = !from ? "added" : !to ? "removed" : "changed";
    const fields = fieldsBetween(from ?? {}, to ?? {});
    return kind === "changed" && fields.length === 0 ? [] : [{ key, kind, fields }];
  });
}

function fieldsBetween(from: Record<string, unknown>, to: Record<string, unknown>): FlagDifference["fields"] {
  return [...new Set([...Object.keys(from), ...Object.keys(to)])]
    .filter((field) => !isDeepStrictEqual(from[field], to[field]))
    .map((field) => ({
      field,
      ...(field in from && { from: from[field] }),
      ...(field in to && { to: to[field] }),
    }));
}
