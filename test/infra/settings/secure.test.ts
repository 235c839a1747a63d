import { inspect } from "node:util";
import { expect, test } from "vitest";
import { settingsOf } from "../../../infra/settings/parse.ts";
import type { Hidden } from "../../../infra/settings/secrecy/hidden.ts";
import { mistakesOf } from "./with-value.ts";

const HOW = "`pulumi config set --secret --path rollout:app.secrets.NAME` (docs/secrets.md)";
const MISPLACED = `holds a secret, which would come out in clear: secrets go to app.secrets, by ${HOW}`;
const IN_CLEAR = `is in clear, and git keeps it: change it where it comes from, then set it by ${HOW}`;

const CONFIG = {
  "aws:region": "us-east-1",
  "rollout:domain": "app.example.com",
  "rollout:stable": "blue",
  "rollout:tracks": JSON.stringify({ blue: { weight: 100, servers: 2 } }),
};

/** What the engine hands over of a config, decrypted, and the file that it comes from. */
interface Case {
  name: string;
  config?: Record<string, string>;
  keys?: string[];
  file?: object;
  mistakes: string[];
}

const secrets = (values: object) => ({ "rollout:app": JSON.stringify({ secrets: values }) });
const KEY = { secure: "v1:abc" };

const CASES: Case[] = [
  {
    name: "an encrypted value in its place",
    config: secrets({ KEY: "x" }),
    keys: ["rollout:app"],
    file: { "rollout:app": { secrets: { KEY } } },
    mistakes: [],
  },
  {
    name: "the same without a file",
    config: secrets({ KEY: "x" }),
    keys: ["rollout:app"],
    mistakes: [],
  },
  {
    name: "one of another provider",
    keys: ["aws:token"],
    file: { "aws:token": KEY },
    mistakes: [],
  },
  {
    name: "a variable of the app",
    config: { "rollout:app": JSON.stringify({ environment: { API_KEY: "x" }, secrets: { KEY: "x" } }) },
    keys: ["rollout:app"],
    file: { "rollout:app": { environment: { API_KEY: KEY }, secrets: { KEY } } },
    mistakes: [`rollout:app.environment.API_KEY: ${MISPLACED}`],
  },
  {
    name: "a variable of the app, without a file",
    config: { "rollout:app": JSON.stringify({ environment: { API_KEY: "x" } }) },
    keys: ["rollout:app"],
    mistakes: [`rollout:app: ${MISPLACED}`],
  },
  {
    name: "a domain and a word of a list, and no other message, which might show them",
    config: { "rollout:domain": "Canary", "rollout:stable": "canary" },
    keys: ["rollout:domain", "rollout:operators"],
    file: { "rollout:domain": KEY, "rollout:operators": { email: [KEY] } },
    mistakes: [`rollout:domain: ${MISPLACED}`, `rollout:operators.email.0: ${MISPLACED}`],
  },
  {
    name: "all of the app at once",
    config: secrets({ KEY: "x" }),
    keys: ["rollout:app"],
    file: { "rollout:app": KEY },
    mistakes: [`rollout:app: ${MISPLACED}`, `rollout:app.secrets.KEY: ${IN_CLEAR}`],
  },
  {
    name: "an ARN, which is none",
    config: secrets({
      KEY: { from: "arn:aws:secretsmanager:us-east-1:123456789012:secret:x-AbCdEf" },
    }),
    keys: ["rollout:app"],
    file: { "rollout:app": { secrets: { KEY: { from: KEY } } } },
    mistakes: [`rollout:app.secrets.KEY.from: ${MISPLACED}`],
  },
  {
    name: "a text in clear beside an encrypted one",
    config: secrets({ KEY: "x", PLAIN: "sk" }),
    keys: ["rollout:app"],
    file: { "rollout:app": { secrets: { KEY, PLAIN: "sk" } } },
    mistakes: [`rollout:app.secrets.PLAIN: ${IN_CLEAR}`],
  },
  {
    name: "a text in clear, without a file",
    config: secrets({ PLAIN: "sk" }),
    mistakes: [`rollout:app.secrets.PLAIN: ${IN_CLEAR}`],
  },
  {
    name: "a file that isn't the one that the engine read counts for nothing",
    config: secrets({ KEY: "x" }),
    keys: ["rollout:app"],
    file: { "rollout:domain": KEY },
    mistakes: [],
  },
];

test.each(CASES)("$name", ({ config = {}, keys = [], file, mistakes }) => {
  const encrypted = { keys, file: file && JSON.stringify({ config: file }) };
  expect(mistakesOf(() => settingsOf("prod", { ...CONFIG, ...config }, encrypted, "rollout"))).toEqual(
    mistakes,
  );
});

test("a secret's text shows nowhere by accident, and is there for who asks", () => {
  const { app } = settingsOf(
    "prod",
    { ...CONFIG, ...secrets({ KEY: "canary-47" }) },
    { keys: ["rollout:app"] },
    "rollout",
  );
  const said = [JSON.stringify(app), inspect(app, { depth: 9 }), `${app.secrets.KEY}`].join();
  expect(said).not.toContain("canary");
  expect(said).toContain("(secret)");
  expect((app.secrets.KEY as Hidden).reveal()).toBe("canary-47");
});

test("a project of another name has the same keys, and is told of one under its own name", () => {
  const encrypted = { keys: [] };
  expect(settingsOf("prod", CONFIG, encrypted, "shop")).toEqual(
    settingsOf("prod", CONFIG, encrypted, "rollout"),
  );
  const mistaken = { ...CONFIG, "shop:domain": "shop.example.com", "shop:other": "the team's own" };
  expect(mistakesOf(() => settingsOf("prod", mistaken, encrypted, "shop"))).toEqual([
    "shop:domain: is rollout:domain here, whatever the project's name",
  ]);
});
