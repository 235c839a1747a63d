/** A small change of the project and what a reviewer must be told of it. */
export interface Case {
  /** What is done, in a few words. */
  name: string;
  stack: "beta" | "prod";
  /** Values of the stack's config without its namespace, `undefined` to remove: `{ "tracks.blue.weight": 75 }`. */
  config?: Record<string, unknown>;
  /** The same of what the change starts from, where that isn't the stack as it is. */
  before?: Record<string, unknown>;
  /** Edits of the program: in this file, this text, by that. The text must be there. */
  edits?: [file: string, from: string, to: string][];
  /** Each danger as `kind: resources`, sorted; none: silence is right. */
  dangers: string[];
}
