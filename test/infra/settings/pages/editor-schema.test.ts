import { readFileSync } from "node:fs";
import { join } from "node:path";
import { Ajv } from "ajv";
import { expect, test } from "vitest";
import { parse } from "yaml";
import { DURATION } from "../../../../infra/settings/duration.ts";
import {
  EDITOR_SCHEMA,
  editorSchema,
  editorSchemaText,
} from "../../../../infra/settings/pages/editor-schema.ts";
import { EDGES, WHOLE } from "../edges.ts";
import { withValue } from "../with-value.ts";

// ajv, a validator of JSON schemas that nobody here wrote, judges the values at the edges of every setting, which
// every-setting.test.ts has the program's own reader judge.
const judge = new Ajv({ allErrors: true, validateFormats: false, strictTypes: false }).compile(
  editorSchema(),
);
const ROOT = join(import.meta.dirname, "../../../..");

/** Keys of which the program refuses more than a schema can say: what exists, what another key allows. */
const BEYOND: string[] = [
  "zone",
  "domains.0.zone",
  "tracks.green.maxServers",
  "stable",
  "database.instanceClass",
  "database.maxStorageGiB",
  "operators.sshFrom",
  "network.proxies",
  "network.cidr",
  "network.zones",
  "app.egress.0.port",
  "app.egress.0.to",
  "app.allowedOrigins",
  "app.processes.nightly.schedule",
  "app.dependencies.supplier.url",
  "app.environment",
  "app.buckets",
  "app.permissions.0.actions",
  "app.notSecret",
  "app.secrets",
  "draining",
  "maintenance",
  "rehearsal.processes",
  "rehearsal.tracks.green.processes",
  "plan.gates.onFail",
  "plan.freeze",
  "journeys.0.request",
  "journeys.0.written",
  "cohorts.pilots.to",
  "cohorts.pilots.host",
  "cohorts.pilots.network",
  "waivers.0.policy",
  "waivers.0.reason",
  "waivers.0.until",
];

test("the file is what the schema says (npm run docs:config writes it)", () => {
  expect(readFileSync(join(ROOT, EDITOR_SCHEMA), "utf8")).toBe(editorSchemaText());
});

const taken = EDGES.flatMap(([path, values]) => values.map((value) => [path, value] as const));
test.each(taken)("%s takes %j in an editor, too", (path, value) => {
  const at = placeOf(path);
  judge(fileOf(withValue(WHOLE, path, value)));
  // The other half of a pair is missing in some rows: that is the whole's mistake, not this value's.
  const mistakes = (judge.errors ?? []).filter(({ instancePath }) => instancePath.startsWith(at));
  expect(mistakes).toEqual([]);
});

test("what the program refuses an editor refuses, but for what only the program can know", () => {
  const unseen = EDGES.filter(([path, , values]) =>
    values.filter(isNoLength).some((value) => judge(fileOf(withValue(WHOLE, path, value)))),
  );
  expect(unseen.map(([path]) => path)).toEqual(BEYOND);
});

test.each(["beta", "prod"])("the %s stack's own file has no mistake, and names the schema", (stack) => {
  const text = readFileSync(join(ROOT, `Pulumi.${stack}.yaml`), "utf8");
  judge(parse(text));
  expect(judge.errors ?? []).toEqual([]);
  expect(text.split("\n")[0]).toBe(`# yaml-language-server: $schema=${EDITOR_SCHEMA}`);
});

test.each([
  ["a key that isn't known", { "rollout:trakcs": {} }],
  ["a key inside another", { "rollout:server": { disk: 40 } }],
  ["a secret in clear", { "rollout:app": { secrets: { API_KEY: "abc" } } }],
])("%s is a mistake", (_, config) => {
  const sound = {
    "rollout:domain": "a.example.com",
    "rollout:stable": "blue",
    "rollout:tracks": { blue: { weight: 100 } },
  };
  expect(judge({ config: { ...sound, "dns:other": 1, "rollout:maintenance": "true" } })).toBe(true);
  expect(judge({ config: { ...sound, ...config } })).toBe(false);
});

test("keys that are missing are mistakes, but where an environment of Pulumi ESC may bring them", () => {
  expect(judge({ config: {} })).toBe(false);
  expect(judge({ environment: ["shop/beta"], config: {} })).toBe(true);
});

/** How long a time may be only the program knows. */
function isNoLength(value: unknown): boolean {
  return typeof value !== "string" || !DURATION.test(value);
}

function placeOf(path: string): string {
  return `/config/rollout:${path.replaceAll(".", "/")}`;
}

/** As it stands in a stack's file: keys with their namespace, secrets encrypted. */
function fileOf(config: Record<string, unknown>): unknown {
  const { secrets, ...app } = (config.app ?? {}) as { secrets?: Record<string, unknown> };
  const encrypted = Object.entries(secrets ?? {}).map(([name, value]) => [
    name,
    typeof value === "string" && value !== "" ? { secure: `v1:${value}` } : value,
  ]);
  const whole = secrets ? { ...config, app: { ...app, secrets: Object.fromEntries(encrypted) } } : config;
  return {
    config: Object.fromEntries(Object.entries(whole).map(([key, value]) => [`rollout:${key}`, value])),
  };
}
