import { foundIn, isPlaceholder } from "../../infra/settings/secrecy/looks.ts";
import { isSecretName } from "../../infra/settings/secrecy/names.ts";
import type { FoundSecret } from "../../infra/settings/secrecy/shapes.ts";
import { isObject, SECRET, type Shown } from "./shown.ts";

/** The secrets that a text holds in clear, by how they look or by what they are called. */
export function secretsIn(text: string): string[] {
  return foundIn(text).map(({ secret }) => secret);
}

/** The secrets in a value, however deep; `name` is what the value is called. */
export function secretsOf(value: Shown | undefined, name = ""): string[] {
  if (typeof value === "string") {
    const whole = isSecretName(name) && !isPlaceholder(value) ? [value] : [];
    return [...whole, ...secretsIn(value)];
  }
  if (Array.isArray(value)) return value.flatMap((each) => secretsOf(each, name));
  // What is in a secret is secret, whatever its parts are called.
  if (isObject(value)) {
    return Object.entries(value).flatMap(([key, each]) => secretsOf(each, isSecretName(name) ? name : key));
  }
  return [];
}

/** Takes known secrets, and whatever looks like one, out of a text. */
export class Redactor {
  readonly #known: string[];

  /** @param known secrets in clear; very short ones would blot out half of every text and are no secrets */
  constructor(known: Iterable<string>) {
    // The longest first: one may be a part of another.
    this.#known = [...new Set(known)]
      .flatMap((each) => [each, JSON.stringify(each).slice(1, -1), encodeURIComponent(each), base64(each)])
      .filter((each) => each.length >= 4)
      .toSorted((a, b) => b.length - a.length);
  }

  text(text: string): string {
    const known = this.#known.reduce((left, each) => left.replaceAll(each, SECRET), text);
    const found = foundIn(known);
    const elsewhere = [...new Set(found.map(({ secret }) => secret))].slice(0, MOST_ELSEWHERE);
    return elsewhere.reduce((left, each) => left.replaceAll(each, SECRET), withoutFound(known, found));
  }

  /** Every string in a value. */
  deep<T>(value: T): T {
    if (typeof value === "string") return this.text(value) as T;
    if (Array.isArray(value)) return value.map((each) => this.deep(each)) as T;
    if (typeof value !== "object" || value === null) return value;
    return Object.fromEntries(
      Object.entries(value).map(([key, each]) => [this.text(key), this.deep(each)]),
    ) as T;
  }
}

/** What was found is taken out wherever it stands in the text. Of very many only the first are looked for so. */
const MOST_ELSEWHERE = 200;

function withoutFound(text: string, found: readonly FoundSecret[]): string {
  let left = "";
  let end = 0;
  for (const { secret, at } of found.toSorted((a, b) => a.at - b.at)) {
    if (at >= end) left += text.slice(end, at) + SECRET;
    end = Math.max(end, at + secret.length);
  }
  return left + text.slice(end);
}

function base64(text: string): string {
  return Buffer.from(text)
    .toString("base64")
    .replace(/={1,2}$/, "");
}
