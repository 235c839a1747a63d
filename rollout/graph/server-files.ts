import type { Graph, GraphResource } from "./model.ts";
import { byUrn } from "./resources.ts";
import { type Resolve, referencesIn, textOf } from "./text.ts";
import { TYPES } from "./types.ts";

/**
 * The text of the files that a launch template's servers get: of the object in S3 that its user data names, or, where it
 * names none, the user data itself.
 */
export function serverFilesOf(graph: Graph, template: GraphResource, resolve: Resolve): string {
  const told = template.inputs.userData ?? "";
  const known = byUrn(graph);
  const object = referencesIn(told)
    .map(({ urn }) => known.get(urn))
    .find((each) => each?.type === TYPES.bucketObject);
  return textOf(object?.inputs.content ?? told, resolve);
}
