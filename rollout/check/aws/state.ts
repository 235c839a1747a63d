import type { Deployment, StateResource } from "../../platforms/aws/deployment.ts";
import { CannotTell } from "../finding.ts";

/** The stack's state, read for what the checks ask of it. */
export class StackState {
  readonly #resources: readonly StateResource[];

  constructor({ resources = [] }: Deployment) {
    this.#resources = resources;
  }

  /** An output of every resource of a type, where it is text. */
  texts(type: string, output: string): string[] {
    return this.#resources
      .filter((each) => each.type === type)
      .map(({ outputs }) => outputs?.[output])
      .filter((value): value is string => typeof value === "string" && value !== "");
  }

  /** The first of them. @throws {CannotTell} when there is none */
  text(type: string, output: string): string {
    return this.texts(type, output)[0] ?? this.#missing(`${type}'s ${output}`);
  }

  /** An output of the stack. @throws {CannotTell} when it isn't there */
  output(name: string): unknown {
    const value = this.#resources.find(({ type }) => type === "pulumi:pulumi:Stack")?.outputs?.[name];
    return value ?? this.#missing(`the output ${name}`);
  }

  #missing(what: string): never {
    throw new CannotTell(`the stack's state doesn't have ${what}`, "Run `pulumi up` of the whole stack.");
  }
}
