import { readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { environment, TRUSTED } from "../../../infra/host/environment.ts";
import { OWN_VARIABLES, STORE_VARIABLES } from "../../../infra/settings/schema/variables.ts";
import { schema } from "../../../infra/settings/schema.ts";
import { HOST } from "./example.ts";

// docs/your-app.md promises what an application gets and owes: its tables against what the code hands out.

const page = readFileSync(join(import.meta.dirname, "../../../docs/your-app.md"), "utf8");
const section = (title: string) => page.split(/^## /m).find((each) => each.startsWith(`${title}\n`)) ?? "";
const [owed, given] = [section("What it owes"), section("What it gets")];
const namesIn = (text: string) => [...text.matchAll(/`([A-Z][A-Z_]+(?:<NAME>)?)`/g)].map(([, name]) => name);
const variables = [...given.matchAll(/^\| (`[A-Z].*?) \|/gm)].flatMap(([, names]) => namesIn(names ?? ""));

test("the page has every variable that the stack sets, each once, and no other", () => {
  const set = [
    ...OWN_VARIABLES,
    ...Object.values(STORE_VARIABLES).flat(),
    ...Object.keys(TRUSTED),
    "BUCKET_<NAME>",
  ];
  expect(variables.toSorted()).toEqual(set.toSorted());
});

test("a server hands out those and the team's own", () => {
  const app = { ...HOST.app, environment: {} };
  for (const name of Object.keys(environment({ ...HOST, app })))
    expect(variables).toContain(name.replace(/^BUCKET_.*/, "BUCKET_<NAME>"));
});

test("the limits on the page are the settings' own", () => {
  const { app } = schema.parse({
    domain: "a.example.com",
    stable: "blue",
    tracks: { blue: { weight: 100, servers: 2 } },
  });
  const shown = [...owed.matchAll(/`app\.(\w+)` \(`([^`]+)`\)/g)].map(([, key = "", value]) => [key, value]);
  expect(shown).toHaveLength(6);
  const defaults: Record<string, unknown> = app;
  for (const [key = "", value] of shown) expect([key, String(defaults[key])]).toEqual([key, value]);
  for (const [, key = ""] of page.matchAll(/`app\.(\w+)`/g))
    expect(Object.keys(schema.shape.app.unwrap().shape)).toContain(key);
});
