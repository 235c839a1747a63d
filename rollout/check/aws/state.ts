import { ofType } from "../../graph/resources.ts";
import { type Deployment, outputsOf } from "../../platforms/aws/deployment.ts";
import { CannotTell } from "../finding.ts";

/** The stack's state, read for what the checks ask of it. */
export class StackState {
  readonly #deployment: Deployment;

  constructor(deployment: Deployment) {
    this.#deployment = deployment;
  }

  /** An output of every resource of a type, where it is text. */
  texts(type: string, output: string): string[] {
    return ofType(this.#deployment, type)
      .map(({ outputs }) => outputs?.[output])
      .filter((value): value is string => typeof value === "string" && value !== "");
  }

  /** The first of them. @throws {CannotTell} when there is none */
  text(type: string, output: string): string {
    return this.texts(type, output)[0] ?? this.#missing(`${type}'s ${output}`);
  }

  /** An output of the stack. @throws {CannotTell} when it isn't there */
  output(name: string): unknown {
    return outputsOf(this.#deployment)[name] ?? this.#missing(`the output ${name}`);
  }

  #missing(what: string): never {
    throw new CannotTell(`the stack's state doesn't have ${what}`, "Run `pulumi up` of the whole stack.");
  }
}
