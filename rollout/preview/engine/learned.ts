import { nth } from "../../../infra/sure.ts";
import { textBehind } from "../../graph/base64.ts";
import type { Graph, Joined, Reference, Value } from "../../graph/model.ts";
import { isReference, isSecret, referencesIn, textIn } from "../../graph/text.ts";
import { isObject } from "../shown.ts";
import { between, literal } from "../text.ts";
import type { EngineState } from "./output.ts";

/** How the engine shows a secret, and what stands for a value that isn't known yet. */
const HIDDEN = "[secret]";
const UNKNOWN = "04da6b54-80e4-46f7-96ec-b56ff0331ba9";

/** What nearly every resource has, used or not. */
const USUAL = ["id", "arn", "name"];

/** What a text stands for. */
interface Meaning {
  text: string;
  reference: Reference;
}

/** Which of the cloud's values belongs to which reference, so that a state can be read like a graph. */
export class Learned {
  /** Properties that the program refers to, by the resource's type: the others are hardly what a text came from. */
  readonly #used = new Map<string, Set<string>>();
  /** Inputs that are one reference and nothing else, by the type and name of the input: what they refer to. */
  readonly #whole = new Map<string, string>();
  readonly #values = new Map<string, EngineState>();
  readonly #taught = new Map<string, Meaning>();
  readonly #meanings = new Map<string, Meaning[]>();

  /**
   * @param states resources as they are: their ids and outputs say exactly what is whose
   * @param captured the graph of the program
   */
  constructor(states: readonly EngineState[], captured: Graph) {
    for (const state of states) this.#values.set(state.urn, state);
    for (const { type, inputs } of captured.resources)
      for (const [key, value] of Object.entries(inputs))
        if (isReference(value)) this.#whole.set(`${type} ${key}`, value.$ref.property);
    const values = [...captured.resources.map(({ inputs }) => inputs as Value), captured.outputs as Value];
    for (const { urn, property } of values.flatMap(referencesIn)) {
      const of = this.#used.get(typeOf(urn)) ?? new Set();
      this.#used.set(typeOf(urn), of.add(property));
    }
  }

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
    const references = $join.filter((part) => typeof part !== "string");
    for (const [index, found] of (between(literalsOf($join), text, 1) ?? []).entries())
      this.#learn(found, nth(references, index));
  }

  /** What a state says of itself is surer than what is found beside it. */
  #learn(text: string, reference: Reference): void {
    const key = keyOf(reference.$ref);
    if (this.#taught.has(key) || this.#stated(reference.$ref) !== undefined) return;
    this.#taught.set(key, { text, reference });
    this.#meanings.clear();
  }

  /**
   * A state's value with references in place of ids; secrets as the captured value has them. What only the provider put
   * in (`__defaults`) is left out: the program doesn't say it.
   *
   * @param among the resources that the value was made of, when that is known
   */
  applied(state: Value, captured: Value | undefined, among?: readonly string[]): Value {
    if (Array.isArray(state)) {
      const beside = Array.isArray(captured) ? captured : [];
      return state.map((each, index) => this.applied(each, beside[index], among));
    }
    if (typeof state !== "object" || state === null) return this.#appliedText(state, captured, among);
    // A secret that the engine was asked to show, or one in its encrypted form.
    if ("4dabf18193072939515e22adb298388d" in state) return isSecret(captured) ? captured : { $secret: [] };
    const beside = isObject(captured) ? captured : {};
    const fields = Object.entries(withoutDefaults(state as { [key: string]: Value })).map(([key, each]) => [
      key,
      this.applied(each, beside[key] as Value, among),
    ]);
    return Object.fromEntries(fields);
  }

  #appliedText(
    value: null | boolean | number | string,
    captured: Value | undefined,
    among: readonly string[] | undefined,
  ): Value {
    if (isSecret(captured)) return captured;
    if (isObject(captured) && this.#agrees(value, captured as Value, among)) return captured as Value;
    if (typeof value !== "string") return value;
    if (value.includes(HIDDEN)) return { $secret: [] };
    if (isObject(captured) && "$base64" in captured) {
      return { $base64: this.#split(textBehind(value) ?? value, among) as string };
    }
    return this.#split(value, among);
  }

  /**
   * A text that nobody could tell, of an input that was made of one resource alone and is a mere reference in others of the
   * type, or an ARN: that resource's.
   */
  wholly(value: Value, among: readonly string[] | undefined, type: string, input: string): Value | undefined {
    const [urn, ...others] = among ?? [];
    if (typeof value !== "string" || urn === undefined || others.length > 0) return undefined;
    const property = this.#whole.get(`${type} ${input}`) ?? (/^arn:\S+$/.test(value) ? "arn" : undefined);
    return property === undefined ? undefined : { $ref: { urn, property } };
  }

  /** What a secret that was made of a resource came from: what the program takes of such, and else its id. */
  sourceIn(urn: string): Reference {
    const used = [...(this.#used.get(typeOf(urn)) ?? [])];
    return { $ref: { urn, property: used.find((each) => !USUAL.includes(each)) ?? "id" } };
  }

  /** Whether the program's value, with what its references came to, is the state's. */
  #agrees(value: null | boolean | number | string, captured: Value, among: readonly string[] = []): boolean {
    let isKnown = true;
    const text = textIn(captured, {
      reference: (reference) => {
        const known = this.#valueOf(reference);
        isKnown &&= known !== undefined;
        return known ?? "";
      },
    });
    const is = String(value);
    if (!isKnown) return this.#fits(is, captured, among);
    if (text === undefined) return false;
    return text === is || ("$base64" in (captured as object) && text === textBehind(is));
  }

  /** Of what isn't listed nobody knows the values; where the old text was made of the same and reads the same, it is. */
  #fits(text: string, captured: Value, among: readonly string[]): boolean {
    const { $join } = captured as Partial<Joined>;
    if (!$join || !referencesIn(captured).every(({ urn }) => among.includes(urn))) return false;
    return between(literalsOf($join), text, 1) !== undefined;
  }

  #valueOf(reference: Reference["$ref"]): string | undefined {
    return this.#stated(reference) ?? this.#taught.get(keyOf(reference))?.text;
  }

  #stated({ urn, property }: Reference["$ref"]): string | undefined {
    const state = this.#values.get(urn);
    if (!state) return undefined;
    const value = property === "id" ? state.id : inside(state.outputs as Value | undefined, property);
    const isText = typeof value === "string" || typeof value === "number" || typeof value === "boolean";
    return isText && value !== HIDDEN && value !== UNKNOWN ? String(value) : undefined;
  }

  #split(text: string, among: readonly string[] | undefined): Value {
    const meanings = this.#meaningsOf(among);
    const whole = meanings.find((each) => each.text === text);
    if (whole) return whole.reference;
    // Very short texts (a version, a number) occur everywhere and mean nothing inside of another.
    const found = meanings
      .filter((each) => each.text.length > 5 && text.includes(each.text))
      .toSorted((a, b) => b.text.length - a.text.length);
    if (found.length === 0) return text;
    const references = new Map(found.toReversed().map((each) => [each.text, each.reference]));
    const parts = text.split(new RegExp(`(${found.map((each) => literal(each.text)).join("|")})`));
    return { $join: parts.filter((part) => part !== "").map((part) => references.get(part) ?? part) };
  }

  /** The likeliest first. What a data source answered is no resource's, and may be anywhere. */
  #meaningsOf(among: readonly string[] | undefined): Meaning[] {
    const urns = among ?? [...new Set([...this.#values.keys(), ...this.#taughtUrns()])];
    const asked = [...this.#taught.values()].filter(({ reference }) => isAsked(reference.$ref.urn));
    return [...urns.filter((urn) => !isAsked(urn)).flatMap((urn) => this.#meaningsIn(urn)), ...asked];
  }

  #taughtUrns(): string[] {
    return [...this.#taught.values()].map(({ reference }) => reference.$ref.urn);
  }

  #meaningsIn(urn: string): Meaning[] {
    let meanings = this.#meanings.get(urn);
    if (!meanings) {
      const properties = new Set([...(this.#used.get(typeOf(urn)) ?? []), ...USUAL]);
      const stated = [...properties].flatMap((property): Meaning[] => {
        const text = this.#stated({ urn, property });
        return text === undefined || text === "" ? [] : [{ text, reference: { $ref: { urn, property } } }];
      });
      const taught = [...this.#taught.values()].filter(({ reference }) => reference.$ref.urn === urn);
      meanings = [...stated, ...taught];
      this.#meanings.set(urn, meanings);
    }
    return meanings;
  }
}

/** The texts before, between and after the references. */
function literalsOf(parts: Joined["$join"]): string[] {
  const literals = [""];
  for (const part of parts) {
    if (typeof part === "string") literals[literals.length - 1] += part;
    else literals.push("");
  }
  return literals;
}

/** What the program gave of a state's inputs, and not the provider. */
export function withoutDefaults(value: { [key: string]: Value }): { [key: string]: Value } {
  const { __defaults: defaults, ...rest } = value;
  if (!Array.isArray(defaults)) return rest;
  return Object.fromEntries(Object.entries(rest).filter(([key]) => !defaults.includes(key)));
}

/** What is at a dotted path: `endpoint.0.address`. */
function inside(value: Value | undefined, path: string): unknown {
  return path.split(".").reduce<unknown>((each, key) => {
    return typeof each === "object" && each !== null ? (each as Record<string, unknown>)[key] : undefined;
  }, value);
}

function isAsked(urn: string): boolean {
  return urn.startsWith("invoke:");
}

function keyOf({ urn, property }: Reference["$ref"]): string {
  return `${urn} ${property}`;
}

/** `urn:pulumi:beta::rollout::a:b:C$aws:sns/topic:Topic::name`: `aws:sns/topic:Topic`. */
function typeOf(urn: string): string {
  return urn.split("::")[2]?.split("$").at(-1) ?? "";
}
