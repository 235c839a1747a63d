/** A resource's inputs as rules see them: plain JSON. */
export type Json = null | boolean | number | string | Json[] | { [key: string]: Json };

/** What stands for a value that only the cloud can know. A rule about it can't be broken until it is known. */
export const UNKNOWN = "(known after the update)";

/** What a secret's text begins with where it is redacted. */
export const SECRET = "(secret";

export function isObject(value: unknown): value is { [key: string]: Json } {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

export function list(value: Json | undefined): Json[] {
  if (value === undefined || value === null || value === UNKNOWN) return [];
  return Array.isArray(value) ? value : [value];
}

/** What is at a dotted path; through a list of one, its element. UNKNOWN when the way leads through something unknown. */
export function at(value: Json | undefined, path: string): Json | undefined {
  let inside = value;
  for (const key of path.split(".")) {
    if (inside === UNKNOWN) return UNKNOWN;
    const place: Json | undefined = Array.isArray(inside) ? inside[0] : inside;
    if (!isObject(place)) return undefined;
    inside = place[key];
  }
  return inside;
}

export function isTrue(value: Json | undefined): boolean {
  return value === true || value === "true" || value === UNKNOWN;
}

export function isFalse(value: Json | undefined): boolean {
  return value === false || value === "false" || value === UNKNOWN;
}

/** A number of at least `low`. */
export function atLeast(low: number) {
  return (value: Json | undefined) =>
    value === UNKNOWN || (value !== undefined && value !== null && Number(value) >= low);
}

/** For a message: short, on one line. */
export function said(value: Json | undefined): string {
  if (value === undefined || value === null) return "not set";
  const text = typeof value === "string" ? value : JSON.stringify(value);
  return text.length > 80 ? `${text.slice(0, 79)}…` : text;
}
