import { readFileSync } from "node:fs";
import { join } from "node:path";
import ts from "typescript";
import { expect, test } from "vitest";
import * as components from "../../components/index.ts";
import { schemaText } from "../../components/schema.ts";
import { ROOT } from "../support/sample.ts";

// What programs of other languages are told of the components: written by Pulumi's own analyser, and judged here by what
// TypeScript's own parser reads of the sources.

const FOLDER = join(ROOT, "components");
const text = readFileSync(join(FOLDER, "rollout.schema.json"), "utf8");
const schema: Schema = JSON.parse(text);

interface Schema {
  resources: Record<string, { description: string; inputProperties: Properties; properties: Properties }>;
  types: Record<string, { properties: Properties }>;
}
type Properties = Record<string, { description?: string; type?: string }>;

test("the schema is the sources' own: else `npm run components:schema`", async () => {
  expect(text).toBe(await schemaText());
}, 120_000);

test("it has each component, and no other", () => {
  expect(Object.keys(schema.resources).toSorted()).toEqual(
    Object.keys(components).map((name) => `rollout:index:${name}`),
  );
});

test("each component, argument and output is described by its docstring", () => {
  const written = docstrings();
  const told = new Map<string, string | undefined>();
  const tell = (owner: string, properties: Properties) => {
    for (const [name, { description }] of Object.entries(properties))
      told.set(`${owner}.${name}`, description);
  };
  for (const [token, { description, inputProperties, properties }] of Object.entries(schema.resources)) {
    const name = token.split(":")[2]!;
    told.set(name, description);
    tell(`${name}Args`, inputProperties);
    tell(name, properties);
  }
  for (const [token, { properties }] of Object.entries(schema.types)) tell(token.split(":")[2]!, properties);
  expect(told.size).toBeGreaterThan(60);
  expect(Object.fromEntries(told)).toEqual(
    Object.fromEntries([...written].filter(([key]) => key.includes(".") || key in components)),
  );
  expect([...told].filter(([, description]) => !description?.endsWith("."))).toEqual([]);
});

/** Of each exported class and interface, and of each public property of it. */
function docstrings(): Map<string, string> {
  const found = new Map<string, string>();
  for (const name of ["alarms", "alerts", "balancer", "database", "track"]) {
    const file = join(FOLDER, `${name}.ts`);
    const source = ts.createSourceFile(file, readFileSync(file, "utf8"), ts.ScriptTarget.Latest, true);
    for (const node of source.statements) {
      if (!ts.isClassDeclaration(node) && !ts.isInterfaceDeclaration(node)) continue;
      found.set(node.name!.text, textOf(node));
      for (const member of node.members)
        if (ts.isPropertyDeclaration(member) || ts.isPropertySignature(member))
          found.set(`${node.name!.text}.${member.name.getText()}`, textOf(member));
    }
  }
  return found;
}

function textOf(node: ts.Node): string {
  return ts
    .getJSDocCommentsAndTags(node)
    .flatMap((doc) => (ts.isJSDoc(doc) ? [ts.getTextOfJSDocComment(doc.comment) ?? ""] : []))
    .join("\n");
}
