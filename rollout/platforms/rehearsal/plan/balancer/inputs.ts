import type { GraphResource, Value } from "../../../../graph/model.ts";
import { referencesIn } from "../../../../graph/text.ts";
import { RehearsalError } from "../../machine/errors.ts";

/** Reads one resource's inputs. What is missing, odd or can't be played is an error that names resource and input. */
export class Inputs {
  readonly resource: GraphResource;
  readonly value: Value | undefined;
  readonly #path: string;

  static of(resource: GraphResource): Inputs {
    return new Inputs(resource, resource.inputs, "");
  }

  private constructor(resource: GraphResource, value: Value | undefined, path: string) {
    this.resource = resource;
    this.value = value;
    this.#path = path;
  }

  /** An input by its dotted path; absent ones read as undefined. */
  at(path: string): Inputs {
    return path.split(".").reduce<Inputs>((inputs, key) => inputs.#child(key), this);
  }

  get present(): boolean {
    return this.value !== undefined && this.value !== null;
  }

  text(fallback?: string): string {
    if (!this.present && fallback !== undefined) return fallback;
    return typeof this.value === "string" ? this.value : this.fail("must be text");
  }

  number(fallback?: number): number {
    if (!this.present && fallback !== undefined) return fallback;
    const number = typeof this.value === "string" && this.value !== "" ? Number(this.value) : this.value;
    return typeof number === "number" && Number.isFinite(number) ? number : this.fail("must be a number");
  }

  flag(fallback: boolean): boolean {
    if (!this.present) return fallback;
    return typeof this.value === "boolean" ? this.value : this.fail("must be true or false");
  }

  /** Empty when absent. */
  list(): Inputs[] {
    if (!this.present) return [];
    if (!Array.isArray(this.value)) return this.fail("must be a list");
    return this.value.map((value, index) => new Inputs(this.resource, value, `${this.#path}[${index}]`));
  }

  /** The names of what is set here. */
  keys(): string[] {
    const { value } = this;
    if (typeof value !== "object" || value === null || Array.isArray(value)) return [];
    return Object.entries(value).flatMap(([key, inner]) =>
      inner === undefined || inner === null ? [] : [key],
    );
  }

  /** One of the given texts. */
  oneOf<const T extends string>(choices: readonly T[], fallback?: T): T {
    const text = this.text(fallback);
    return choices.find((choice) => choice === text) ?? this.cannotPlay(`plays ${choices.join(" or ")}`);
  }

  /** The urn of the resource that this refers to. */
  reference(): string {
    return referencesIn(this.value)[0]?.urn ?? this.fail("must refer to a resource of the stack");
  }

  /** @param plays what the rehearsal does instead, such as `plays one rate rule` */
  cannotPlay(plays: string): never {
    const shown = typeof this.value === "object" ? this.keys().join(", ") : JSON.stringify(this.value);
    return this.fail(`the rehearsal ${plays}${shown ? `, not ${shown}` : ""}`);
  }

  fail(rule: string): never {
    const { type, name } = this.resource;
    throw new RehearsalError(`${type} ${name}: ${this.#path ? `${this.#path}: ` : ""}${rule}`);
  }

  #child(key: string): Inputs {
    const { value } = this;
    const inner =
      typeof value === "object" && value !== null && !Array.isArray(value)
        ? (value as Record<string, Value>)[key]
        : undefined;
    return new Inputs(this.resource, inner, this.#path ? `${this.#path}.${key}` : key);
  }
}
