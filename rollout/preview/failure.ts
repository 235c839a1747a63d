import { UserError } from "../errors.ts";
import type { Graph } from "../graph/model.ts";
import { secretsOfGraph } from "./compare.ts";
import { Redactor } from "./redact.ts";

/** A capture that came to nothing. */
export class Failure {
  readonly error: unknown;
  constructor(error: unknown) {
    this.error = error;
  }
}

export function attempt<T>(make: () => Promise<T> | T): Promise<T | Failure> {
  return Promise.resolve()
    .then(make)
    .catch((error: unknown) => new Failure(error));
}

/** What takes the secrets that a graph knows, or none, out of a message. */
export function redactorOf(graph: Graph | Failure): Redactor {
  return new Redactor(
    graph instanceof Failure || !Array.isArray(graph.resources) ? [] : secretsOfGraph(graph),
  );
}

/**
 * A message for the user as it is; of a program's own failure its first lines, which say where.
 *
 * @param hide a folder that means nothing to the reader
 */
export function messageOf({ error }: Failure, redactor: Redactor, hide = "\0"): string {
  const whole =
    error instanceof UserError || !(error instanceof Error)
      ? String((error as Error).message ?? error)
      : (error.stack ?? error.message);
  // Before it is cut: a half of a secret isn't recognised.
  const text = redactor.text(whole);
  return text.split("\n").slice(0, 6).join("\n").replaceAll(`file://${hide}/`, "").replaceAll(`${hide}/`, "");
}
