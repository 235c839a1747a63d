import type { Graph } from "../../graph/model.ts";
import type { Delta } from "../changes/follows.ts";
import type { Danger } from "../model.ts";

/** What a check looks at. */
export interface DangerContext {
  before: Graph;
  after: Graph;
  deltas: Delta[];
  /** The weights of the plan's steps, ascending; none when neither graph says them. */
  steps: readonly number[];
}

/** A check: the dangers of one kind in the difference of two graphs. */
export type DangerCheck = (context: DangerContext) => Danger[];

/** A danger about the whole of a resource, or of one property. */
export function danger(
  about: Pick<Danger, "severity" | "kind" | "title" | "why" | "advice"> & Partial<Danger>,
): Danger {
  return { resources: [], property: "", before: "", after: "", ...about };
}
