import type { Delta } from "./changes/follows.ts";
import type { Doubt } from "./model.ts";
import { STATEFUL } from "./stateful.ts";

/**
 * Changes of what holds data of which the specification says "perhaps replaced", or nothing. They aren't dangers, but
 * silence about them would be a promise.
 */
export function doubtsOf(deltas: Delta[]): Doubt[] {
  return deltas.flatMap(({ change }) => {
    if (STATEFUL[change.type] === undefined || change.kind !== "update") return [];
    return change.properties.flatMap(({ path, replaces, follows }): Doubt[] => {
      if (replaces !== "maybe" && replaces !== "unknown") return [];
      const because = follows ? `${follows} is replaced, and this names it` : "the property changes";
      return [{ resource: change.name, property: path, replaces, because }];
    });
  });
}
