import { describe, expect, test } from "vitest";
import type { Recorded } from "./mocks.ts";
import { recordStack } from "./stacks.ts";

/**
 * What users rely on: what it is to them, the resource as `LastPartOfType name`, where in its inputs (`options.` for an
 * option), and the value there.
 */
export type Relied = [what: string, resource: string, path: string, value: unknown];

/** One test for each row, of a shipped stack. */
export function usersRelyOn(stack: string, rows: readonly Relied[]): void {
  describe(`in ${stack}`, () => {
    test.each(rows)("%s", async (_, resource, path, value) => {
      const [type, name] = resource.split(" ");
      const { resources } = await recordStack(stack);
      const found = resources.filter((each) => each.name === name && each.type.endsWith(`:${type}`));
      expect(found.map((each) => each.name)).toEqual([name]);
      expect(at(found[0]!, path)).toEqual(value);
    });
  });
}

function at({ inputs, options }: Recorded, path: string): unknown {
  let place: unknown = path.startsWith("options.") ? { options } : inputs;
  for (const key of path.split(".")) {
    // Some inputs are JSON text.
    if (typeof place === "string") place = JSON.parse(place);
    place = (place as Record<string, unknown> | undefined)?.[key];
  }
  return place;
}
