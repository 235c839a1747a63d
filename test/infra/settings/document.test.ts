import { readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { parse } from "yaml";
import { withConfigSection } from "../../../infra/settings/document.ts";
import { schema } from "../../../infra/settings/schema.ts";

const project = readFileSync(join(import.meta.dirname, "../../../Pulumi.yaml"), "utf8");
const section: Record<string, { type: string; description: string; default?: unknown }> =
  parse(project).config;

test("Pulumi.yaml documents the schema as it is (npm run docs:config writes it)", () => {
  expect(withConfigSection(project)).toBe(project);
});

test("every key is declared with a type that the engine knows and a description", () => {
  expect(Object.keys(section)).toEqual(Object.keys(schema.shape));
  for (const { type, description } of Object.values(section)) {
    expect(["string", "integer", "boolean", "array", "object"]).toContain(type);
    expect(description).not.toBe("");
  }
});

test("only the keys without a sensible default are required", () => {
  const required = Object.entries(section).filter(([, key]) => key.default === undefined);
  expect(required.map(([key]) => key)).toEqual(["domain", "tracks", "stable"]);
});

test("a key inside a structured value is documented with its meaning and default", () => {
  expect(section.database!.description).toContain(
    "- backupEveryHours: hours between backups; to any moment in between RDS goes back by itself (default 6)",
  );
  expect(section.tracks!.description).toContain("- <name>.weight: share of the traffic in whole percent");
});
