import { expect, test } from "vitest";
import type { Value } from "../../../rollout/graph/model.ts";
import { compare } from "../../../rollout/preview/compare.ts";
import { FORMATS, render } from "../../../rollout/preview/render/index.ts";
import { graphOf } from "./corpus/project.ts";

const at = (encrypted: string) =>
  graphOf({ stack: "beta", config: { "app.secrets": { STRIPE_KEY: { secure: encrypted } } } });
const today = "2026-11-29";

test("a changed secret of the app is told with what it does to the servers, and no danger", async () => {
  const [before, after] = await Promise.all([at("v1:one"), at("v1:two")]);
  const stack = compare({ before, after, today });
  expect([stack.dangers, stack.policies]).toEqual([[], []]);
  const told = stack.changes.map(({ name, type, properties }) => [
    `${name} ${type.split(":").at(-1)}`,
    ...properties.map(({ path, effect }) => (effect ? `${path}: ${effect}` : path)),
  ]);
  expect(told).toEqual([
    ["beta-app SecretVersion", "secretString"],
    ["beta-blue Group", "launchTemplate.version: new servers take the place of the old, in turn"],
    ["beta-blue LaunchTemplate", "userData: the id of its new version"],
    ["beta-blue BucketObjectv2", "content: the id of its new version"],
    ["beta-green Group", "launchTemplate.version: new servers take the place of the old, in turn"],
    ["beta-green LaunchTemplate", "userData: the id of its new version"],
    ["beta-green BucketObjectv2", "content: the id of its new version"],
  ]);
});

test("neither the text nor how it is encrypted is in a capture or a preview", async () => {
  const [before, after] = await Promise.all([at("v1:canary-one"), at("v1:canary-two")]);
  const stacks = [compare({ before, after, today })];
  const said = FORMATS.map((each) =>
    render({ version: 1, base: "main", verdicts: "graph", stacks, problems: [], notes: [] }, each),
  );
  expect([JSON.stringify(after), ...said].join()).not.toMatch(/canary|secure_value/);
});

test("a secret elsewhere in the config is refused with where it belongs", async () => {
  const config = { "app.environment": { API_KEY: { secure: "v1:one" } }, budget: { secure: "v1:two" } };
  await expect(graphOf({ stack: "beta", config: config as Record<string, Value> })).rejects.toThrow(
    /has 2 mistakes:\n.*rollout:app\.environment\.API_KEY: holds a secret.*\n.*rollout:budget: holds a secret/,
  );
});

test("a variable that looks like a secret and isn't is no danger", async () => {
  const environment = { STRIPE_KEY: "pk_live_51abcdefgh" };
  const [before, after] = await Promise.all([
    graphOf({ stack: "beta" }),
    graphOf({ stack: "beta", config: { "app.environment": environment, "app.notSecret": ["STRIPE_KEY"] } }),
  ]);
  expect(after.outputs.openVariables).toEqual(environment);
  expect(compare({ before, after, today }).dangers).toEqual([]);
  const wrong = graphOf({ stack: "beta", config: { "app.environment": environment } });
  await expect(wrong).rejects.toThrow("rollout:app.environment.STRIPE_KEY: looks like a secret, by its name");
});
