import { expect } from "vitest";
import { captureGraph } from "../../rollout/graph/capture.ts";
import type { Reference, Value } from "../../rollout/graph/model.ts";
import type { Seen } from "./docs-outcomes.ts";
import type { State } from "./docs-world.ts";

/** `stack output NAME` shows what the program exports by that name, with what the stack's resources are really called. */
export async function outputShown({ world, words, said, stack, after }: Seen): Promise<void> {
  const name = words.slice(2).find((word, i, all) => !word.startsWith("-") && all[i - 1] !== "-s")!;
  const { outputs } = await captureGraph({ projectDir: world.engine.project, stack });
  const expected = resolved(outputs[name]!, after!);
  expect(typeof expected === "string" ? said.trim() : JSON.parse(said)).toEqual(expected);
}

/** @throws {Error} when the stack has no such resource, or it no such property */
function resolved(value: Value, state: State): unknown {
  if (typeof value !== "object" || value === null) return value;
  if (Array.isArray(value)) return value.map((each) => resolved(each, state));
  if ("$ref" in value) return propertyOf(value as Reference, state);
  return Object.fromEntries(Object.entries(value).map(([key, each]) => [key, resolved(each, state)]));
}

function propertyOf({ $ref: { urn, property } }: Reference, { resources }: State): unknown {
  const found = resources.find((each) => each.urn === urn)?.outputs?.[property];
  if (found === undefined) throw new Error(`the stack has no ${property} of ${urn}`);
  return found;
}
