import { expect, test } from "vitest";
import { z } from "zod";
import { parseSettings } from "../../../infra/settings/parse.ts";
import { schema } from "../../../infra/settings/schema.ts";
import { EDGES, WHOLE } from "./edges.ts";
import { mistakesOf, withValue } from "./with-value.ts";

// A setting is a key of the schema that says what it means, and is tried at its edges. That docs/config.md has it is
// config-page.test.ts's to see. CONTRIBUTING.md lists what a setting takes.

interface Property {
  description?: string;
  properties?: Record<string, Property>;
  additionalProperties?: Property | boolean;
  items?: Property;
  anyOf?: Property[];
}

/** Every key that has a value of its own, dotted, with `*` for a name or a place in a list. */
function leavesOf(property: Property, path: string[] = [], above = ""): { path: string; meaning: string }[] {
  const { properties, additionalProperties: each, items, description = above } = property;
  if (properties)
    return Object.entries(properties).flatMap(([key, value]) =>
      leavesOf(value, [...path, key], value.description ?? description),
    );
  if (typeof each === "object" && each.properties) return leavesOf(each, [...path, "*"]);
  if (items?.properties) return leavesOf(items, [...path, "*"]);
  const own = { path: path.join("."), meaning: description };
  // A word may stand for the whole, as in `cache: none`.
  const branch = property.anyOf?.find((each) => each.properties);
  return [own, ...(branch ? leavesOf(branch, path, description) : [])];
}

const leaves = leavesOf(z.toJSONSchema(schema, { io: "input", unrepresentable: "any" }) as Property);

const NAMED =
  /(?<=^(rehearsal\.)?tracks\.)green|(?<=dependencies\.)supplier|(?<=counters\.)quotes|(?<=cohorts\.)pilots|(?<=app\.processes\.)(worker|nightly)|(?<=\.)0(?=\.)/;
const schemaPath = (path: string) => path.replace(NAMED, "*");

test("every key has a row of edges, and every row a key", () => {
  expect(EDGES.map(([path]) => schemaPath(path)).toSorted()).toEqual(
    leaves.map(({ path }) => path).toSorted(),
  );
});

test("every key says what it means, or the one above it does", () => {
  expect(leaves.filter(({ meaning }) => meaning === "")).toEqual([]);
});

test("the config that holds them all is taken", () => {
  expect(mistakesAt("", WHOLE)).toEqual([]);
});

const taken = EDGES.flatMap(([path, values]) => values.map((value) => [path, value] as const));
test.each(taken)("%s takes %j", (path, value) => {
  expect(mistakesAt(path, withValue(WHOLE, path, value))).toEqual([]);
});

const refused = EDGES.flatMap(([path, , values]) => values.map((value) => [path, value] as const));
test.each(refused)("%s refuses %j", (path, value) => {
  expect(mistakesAt(path, withValue(WHOLE, path, value))).not.toEqual([]);
});

/** The mistakes at a key or below it; without a key all. */

function mistakesAt(path: string, config: Record<string, unknown>): string[] {
  const shown = path.replaceAll(/\.(\d+)/g, "[$1]");
  const lines = mistakesOf(() => parseSettings("prod", "us-east-1", config));
  return lines.filter((line) => line.startsWith(`rollout:${shown}`));
}
