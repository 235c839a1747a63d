import { textBehind } from "../../graph/base64.ts";
import type { Joined, Reference, Value } from "../../graph/model.ts";
import { isObject } from "../shown.ts";
import { between, literal } from "../text.ts";

/** How the engine shows a secret, and what stands for a value that isn't known yet. */
const HIDDEN = "[secret]";
const UNKNOWN = "04da6b54-80e4-46f7-96ec-b56ff0331ba9";

/** Which of the cloud's ids belongs to which reference, so that a state can be read like a graph. */
export class Learned {
  readonly #references = new Map<string, Reference>();

  /** Lays a state's value beside the captured one: where that has a reference, this has what it came to. */
  from(state: Value | undefined, captured: Value | undefined): void {
    if (typeof state === "string" && isObject(captured))
      this.#text(state, captured as Partial<Reference & Joined>);
    else if (Array.isArray(state) && Array.isArray(captured)) {
      for (const [index, each] of state.entries()) this.from(each, captured[index]);
    } else if (isObject(state) && isObject(captured)) {
      for (const key of Object.keys(state)) this.from(state[key] as Value, captured[key] as Value);
    }
  }

  #text(text: string, { $ref, $join }: Partial<Reference & Joined>): void {
    if (text === UNKNOWN || text === HIDDEN) return;
    if ($ref) this.#learn(text, { $ref });
    if (!$join) return;
    const literals = [""];
    for (const part of $join) {
      if (typeof part === "string") literals[literals.length - 1] += part;
      else literals.push("");
    }
    const references = $join.filter((part) => typeof part !== "string");
    for (const [index, found] of (between(literals, text, 1) ?? []).entries())
      this.#learn(found, references[index]!);
  }

  /** Very short texts (a version, a number) occur everywhere and identify nothing. */
  #learn(text: string, reference: Reference): void {
    if (text.length > 5 && !this.#references.has(text)) this.#references.set(text, reference);
  }

  /** A state's value with references in place of ids; secrets as the captured value has them. */
  applied(state: Value, captured: Value | undefined): Value {
    if (typeof state === "string") return this.#appliedText(state, captured);
    if (Array.isArray(state)) {
      const beside = Array.isArray(captured) ? captured : [];
      return state.map((each, index) => this.applied(each, beside[index]));
    }
    if (!isObject(state)) return state;
    // A secret that the engine was asked to show, or one in its encrypted form.
    if ("4dabf18193072939515e22adb298388d" in state) return isSecret(captured) ? captured : { $secret: [] };
    const beside = isObject(captured) ? captured : {};
    const fields = Object.entries(state).map(([key, each]) => [
      key,
      this.applied(each as Value, beside[key] as Value),
    ]);
    return Object.fromEntries(fields);
  }

  #appliedText(text: string, captured: Value | undefined): Value {
    if (isSecret(captured)) return captured;
    if (text.includes(HIDDEN)) return { $secret: [] };
    if (isObject(captured) && "$base64" in captured) {
      return { $base64: this.#split(textBehind(text) ?? text) as string };
    }
    return this.#split(text);
  }

  #split(text: string): Value {
    const whole = this.#references.get(text);
    if (whole) return whole;
    const ids = [...this.#references.keys()]
      .filter((id) => text.includes(id))
      .toSorted((a, b) => b.length - a.length);
    if (ids.length === 0) return text;
    const parts = text.split(new RegExp(`(${ids.map((id) => literal(id)).join("|")})`));
    return { $join: parts.filter((part) => part !== "").map((part) => this.#references.get(part) ?? part) };
  }
}

function isSecret(value: Value | undefined): value is Value {
  return isObject(value) && "$secret" in value;
}
