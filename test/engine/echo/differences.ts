import { isDeepStrictEqual } from "node:util";
import { isObject, isSecret, type Properties, type Value } from "./values.ts";

export interface Difference {
  /** As Pulumi writes property paths: `defaultActions[0].forward`. */
  path: string;
  kind: "ADD" | "DELETE" | "UPDATE";
}

/** Where two sets of inputs differ, down to the leaves. */
export function differences(olds: Properties, news: Properties): Difference[] {
  return between(olds, news, "");
}

function between(old: Value | undefined, now: Value | undefined, path: string): Difference[] {
  if (now === undefined) return old === undefined ? [] : [{ path, kind: "DELETE" }];
  if (old === undefined) return [{ path, kind: "ADD" }];
  if (Array.isArray(old) && Array.isArray(now)) {
    return indices(old, now).flatMap((index) => between(old[index], now[index], `${path}[${index}]`));
  }
  if (isObject(old) && isObject(now) && !isSecret(now)) {
    const keys = new Set([...Object.keys(old), ...Object.keys(now)]);
    return [...keys].flatMap((key) => between(old[key], now[key], path ? `${path}.${key}` : key));
  }
  return isDeepStrictEqual(old, now) ? [] : [{ path, kind: "UPDATE" }];
}

function indices(one: Value[], other: Value[]): number[] {
  return Array.from({ length: Math.max(one.length, other.length) }, (_, index) => index);
}
