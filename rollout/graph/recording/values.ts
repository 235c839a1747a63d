import { entry, member } from "../../../infra/sure.ts";
import { textBehind } from "../base64.ts";
import type { Encoded, Joined, Reference, Value } from "../model.ts";
import { SECURE, secureIn, type Tokens } from "../tokens.ts";
import { digestOf } from "./assets.ts";
import { isArchive, isAsset, isObject, revealed, type Wire } from "./wire.ts";

/** Turns what a program sent into the graph's values: tokens into references, secrets into nothing but theirs. */
export class Values {
  readonly #tokens: Tokens;
  readonly #projectDir: string;

  /** @param projectDir absolute; it becomes relative wherever it occurs, so that the graph names no machine */
  constructor(tokens: Tokens, projectDir: string) {
    this.#tokens = tokens;
    this.#projectDir = projectDir;
  }

  /** The fields of an object, keys sorted. */
  fields(object: Record<string, Wire>): Record<string, Value> {
    const sorted: [string, Value][] = Object.keys(object)
      .sort()
      .map((key) => [key, this.value(member(object, key), key)]);
    return Object.fromEntries(sorted);
  }

  /** @param key the input's name: some hold base64 by definition */
  value(wire: Wire, key = ""): Value {
    if (typeof wire === "string") return this.#text(wire, key);
    if (Array.isArray(wire)) return wire.map((each) => this.value(each));
    if (!isObject(wire)) return wire;
    const hidden = revealed(wire);
    if (hidden) return { $secret: unique(this.#references(hidden.value)) };
    if (isAsset(wire) || isArchive(wire)) return digestOf(wire, this.#projectDir, this.#tokens);
    return this.fields(wire);
  }

  #text(text: string, key: string): Value {
    const decoded = this.#decoded(text, key);
    if ((decoded ?? text).includes(SECURE)) return { $secret: unique(this.#references(decoded ?? text)) };
    return decoded === undefined ? this.#joined(text) : { $base64: this.#joined(decoded) };
  }

  #joined(text: string): Encoded["$base64"] {
    const parts = this.#tokens
      .split(text)
      .map((part) => (typeof part === "string" ? this.#relative(part) : part));
    if (parts.length > 1) return { $join: parts } satisfies Joined;
    return parts[0] ?? "";
  }

  #relative(text: string): string {
    if (text === this.#projectDir) return ".";
    return text.replaceAll(`${this.#projectDir}/`, "");
  }

  /** The text behind base64: user data always, anything else when there are references in it. */
  #decoded(text: string, key: string): string | undefined {
    const decoded = textBehind(text);
    if (decoded === undefined) return undefined;
    const worthIt = /^userData(Base64)?$/.test(key) || decoded.includes("_fer") || decoded.includes(SECURE);
    return worthIt ? decoded : undefined;
  }

  /** Every reference in a value, however deep and however encoded. */
  #references(wire: Wire): Reference[] {
    if (typeof wire === "string") {
      const text = this.#decoded(wire, "") ?? wire;
      return [...this.#tokens.split(text).filter((part) => typeof part !== "string"), ...secureIn(text)];
    }
    if (Array.isArray(wire)) return wire.flatMap((each) => this.#references(each));
    if (!isObject(wire)) return [];
    return Object.values(wire).flatMap((each) => this.#references(each));
  }
}

function unique(references: Reference[]): Reference[] {
  const byKey = new Map(references.map((each) => [`${each.$ref.urn} ${each.$ref.property}`, each]));
  return [...byKey.keys()].sort().map((key) => entry(byKey, key));
}
