import { readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { configPage } from "../../../../infra/settings/pages/config-page.ts";
import { schema } from "../../../../infra/settings/schema.ts";

const page = readFileSync(join(import.meta.dirname, "../../../../docs/config.md"), "utf8");
const sections = new Map(
  page
    .split(/^## /m)
    .slice(1)
    .map((text) => [/^`rollout:(\w+)`$/m.exec(text)?.[1], text] as const),
);

test("docs/config.md documents the schema as it is (npm run docs:config writes it)", () => {
  expect(configPage()).toBe(page);
});

test("every key has a section with its meaning", () => {
  expect([...sections.keys()]).toEqual(Object.keys(schema.shape));
  for (const text of sections.values()) expect(text).toMatch(/^`.*`\n\n\S.*\.\n/);
});

test("a key inside a structured value is documented with its meaning and default, also where a word may stand for the whole", () => {
  expect(sections.get("database")).toContain(
    "- `backupEveryHours`: hours between backups; to any moment in between RDS goes back by itself (default `6`)\n",
  );
  expect(sections.get("tracks")).toContain("- `<name>.weight`: share of the traffic in whole percent");
  expect(sections.get("cache")).toContain(
    '- `nodeType`: ElastiCache node type (default `"cache.t4g.micro"`)\n',
  );
  expect(sections.get("plan")).toContain('(default `[{"weight":10,"bake":"30m"},');
});
