import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { stringify } from "yaml";
import { z } from "zod";
import { parseFlags } from "../../infra/flags/parse.ts";
import { flagsSchema } from "../../infra/flags/schema.ts";
import { parseSettings } from "../../infra/settings/parse.ts";
import { schema } from "../../infra/settings/schema.ts";
import { parseProfile } from "../../rollout/load/profile/read.ts";
import { profileSchema } from "../../rollout/load/profile/schema.ts";
import { parseMetrics } from "../../rollout/phases/metrics.ts";
import { parsePhases } from "../../rollout/phases/parse.ts";
import { phasesSchema } from "../../rollout/phases/schema.ts";
import { ROOT } from "../support/sample.ts";

// Whatever is wrong in a file of a user's, no library's own words are shown for it: each key of each document with values
// of every kind, and of every size.

const WRONG = [
  null,
  true,
  0,
  -1,
  1.5,
  1e12,
  Number.NaN,
  "",
  " ",
  "x",
  "x".repeat(2000),
  [],
  [null],
  ["", ""],
  {},
  { x: null },
  { "": 1 },
];

/** How zod begins: locales/en of its package. */
const ZODS =
  /Invalid (input|option|string|number|key|value|discriminator|element)|Too (small|big)|Unrecognized key|expected .*received|\binvalid /i;

/** Every place of a schema, made from its JSON schema: `flags.<>.percent`, `stages.[].for`. */
function placesOf(json: unknown, path: readonly string[] = []): string[][] {
  const {
    properties = {},
    items,
    additionalProperties,
    anyOf = [],
    oneOf = [],
    allOf = [],
  } = json as {
    properties?: Record<string, unknown>;
    items?: unknown;
    additionalProperties?: unknown;
    anyOf?: unknown[];
    oneOf?: unknown[];
    allOf?: unknown[];
  };
  const inside = [
    ...Object.entries(properties).flatMap(([key, each]) => placesOf(each, [...path, key])),
    ...(typeof items === "object" ? placesOf(items, [...path, "[]"]) : []),
    ...(typeof additionalProperties === "object" ? placesOf(additionalProperties, [...path, "<>"]) : []),
    ...[...anyOf, ...oneOf, ...allOf].flatMap((each) => placesOf(each, path)),
  ];
  return [...(path.length > 0 ? [[...path]] : []), ...inside];
}

/** A document with this one value in it. */
function withValue([first, ...rest]: string[], value: unknown): unknown {
  if (first === undefined) return value;
  const inside = withValue(rest, value);
  if (first === "[]") return [inside];
  return { [first === "<>" ? "blue" : first]: inside };
}

const DOCUMENTS: [name: string, schema: z.ZodType, read: (document: unknown) => unknown][] = [
  ["config", schema, (document) => parseSettings("beta", "us-east-1", document as Record<string, unknown>)],
  ["flags", flagsSchema, (document) => parseFlags("flags.beta.yaml", stringify(document))],
  ["phases", phasesSchema, (document) => parsePhases("phases.yaml", stringify(document))],
  ["profile", profileSchema, (document) => parseProfile("own.yaml", stringify(document))],
];

describe.each(DOCUMENTS)("%s", (_, of, read) => {
  const json = z.toJSONSchema(of, { io: "input", unrepresentable: "any", reused: "inline" });
  const places = [[], ...new Map(placesOf(json).map((path) => [path.join(), path])).values()];

  test("has keys", () => expect(places.length).toBeGreaterThan(8));

  test("says what is wrong in our own words", () => {
    let refused = 0;
    for (const path of places)
      for (const value of WRONG) {
        const document = withValue(path, value);
        if (typeof document !== "object" || document === null) continue;
        const said = refusalOf(() => read(document));
        if (said !== "") refused++;
        expect(said, `${path.join(".")}: ${JSON.stringify(value)}`).not.toMatch(ZODS);
      }
    expect(refused).toBeGreaterThan(places.length);
  });
});

test.each(WRONG)("metrics: %j", (value) => {
  for (const document of [value, { error_percent: value }, { "a b": 1 }])
    expect(refusalOf(() => parseMetrics("metrics.yaml", stringify(document)))).not.toMatch(ZODS);
});

test("the files that are shipped are taken", () => {
  const folder = join(ROOT, "rollout/load/profiles");
  for (const file of readdirSync(folder).filter((name) => /^\d+\.yaml$/.test(name)))
    expect(refusalOf(() => parseProfile(file, readFileSync(join(folder, file), "utf8")))).toBe("");
  const phases = readFileSync(join(ROOT, "test/sample/phases.yaml"), "utf8");
  expect(refusalOf(() => parsePhases("phases.yaml", phases))).toBe("");
});

function refusalOf(read: () => unknown): string {
  try {
    read();
    return "";
  } catch (error) {
    return (error as Error).message;
  }
}
