import { createHash } from "node:crypto";
import { nth } from "../../infra/sure.ts";
import type { Reference } from "./model.ts";

/**
 * While a program runs, each output that only the cloud can know is a token: a piece of text that survives whatever the
 * program does with it (joining, JSON, YAML, URLs, base64) and is found again afterwards. It is made of letters, digits
 * and underscores so that nothing quotes or escapes it, and from the urn so that it is the same in every run.
 */
export class Tokens {
  readonly #urns = new Map<string, string>();
  readonly #digests = new Map<string, string>();

  of(urn: string, property: string): string {
    let digest = this.#digests.get(urn);
    if (!digest) {
      digest = createHash("sha256").update(urn).digest("hex").slice(0, 16);
      this.#digests.set(urn, digest);
      this.#urns.set(digest, urn);
    }
    return `ref_${digest}_${property}_fer`;
  }

  /** Text cut at its tokens, in order; empty pieces left out. */
  split(text: string): (string | Reference)[] {
    if (!text.includes("_fer")) return [text];
    const parts: (string | Reference)[] = [];
    let from = 0;
    for (const match of text.matchAll(TOKEN)) {
      const urn = this.#urns.get(nth(match, 1));
      if (!urn) continue;
      if (match.index > from) parts.push(text.slice(from, match.index));
      parts.push({ $ref: { urn, property: nth(match, 2) } });
      from = match.index + match[0].length;
    }
    if (from < text.length) parts.push(text.slice(from));
    return parts;
  }
}

const TOKEN = /ref_([0-9a-f]{16})_((?:(?!ref_)[\w.])+?)_fer/g;

/**
 * What stands for a secret of the config (`secure:`), whose text nobody has here. A string that holds it is secret.
 */
export const SECURE = "secure_value_of_the_stack_config";

/**
 * The same for one secret: by a digest of how it is encrypted, which is in the stack's file for all to read. So another
 * value is seen to be another; one that was merely encrypted anew is taken for another, too.
 */
export function secureText(encrypted: string): string {
  return `${SECURE}_${createHash("sha256").update(encrypted).digest("hex").slice(0, 12)}`;
}

/** The config's secrets in a text, as references to what no resource makes. */
export function secureIn(text: string): Reference[] {
  return [...text.matchAll(SECURE_TEXT)].map(([, digest = ""]) => ({
    $ref: { urn: "config:encrypted", property: digest },
  }));
}

const SECURE_TEXT = /secure_value_of_the_stack_config_([0-9a-f]{12})/g;
