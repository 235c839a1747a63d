import { describe, expect, test } from "vitest";
import type { Graph, Value } from "../../../rollout/graph/model.ts";
import { compare } from "../../../rollout/preview/compare.ts";
import { Redactor, secretsIn } from "../../../rollout/preview/redact.ts";
import { FORMATS, render } from "../../../rollout/preview/render/index.ts";

const CANARY = 'kanarien"vogel/47';
const OLD = "old-kanarienvogel-11";

/** A stack of one resource with one property. */
function graph(value: Value | undefined, property = "authToken", outputs: Graph["outputs"] = {}): Graph {
  const type = "aws:elasticache/replicationGroup:ReplicationGroup";
  const urn = `urn:pulumi:beta::rollout::${type}::cache`;
  const inputs = value === undefined ? {} : { [property]: value };
  const resource = { urn, type, name: "cache", custom: true, inputs, dependencies: [], options: {} };
  return { version: 1, project: "rollout", stack: "beta", resources: [resource], outputs };
}

function everyFormat(before: Graph, after: Graph): string {
  const stacks = [compare({ before, after, today: "2026-11-21" })];
  return FORMATS.map((each) =>
    render({ version: 1, base: "main", verdicts: "graph", stacks, problems: [], notes: [] }, each),
  ).join("\n");
}

const CUT = "x".repeat(40 - OLD.length / 2);

/** A text that is cut off in the middle of what is in it. */
function cutOff(text: string): string {
  return `${"x ".repeat((230 - text.length / 2) / 2)}https://user:${text}@host/`;
}

const SECRET: Value = { $secret: [] };

describe("a secret is in no format", () => {
  const ways: [name: string, before: Graph, after: Graph][] = [
    ["moved into clear", graph(SECRET), graph(CANARY)],
    ["taken out of the clear", graph(OLD), graph(SECRET)],
    ["new, by its name", graph(undefined), graph(CANARY)],
    ["changed, by its name", graph(OLD), graph(CANARY)],
    [
      "in a larger string elsewhere",
      graph(SECRET),
      { ...graph(CANARY), outputs: { url: `redis://x/?k=${CANARY}` } },
    ],
    ["in a URL", graph("none", "description"), graph(`redis://user:${OLD}@host:6379/0`, "description")],
    [
      "in a text of variables",
      graph("A=1\nB=2", "text"),
      graph(`A=1\nDATABASE_PASSWORD=${OLD}\nB=2`, "text"),
    ],
    ["in JSON in a string", graph("{}", "text"), graph(JSON.stringify({ password: CANARY }), "text")],
    ["in encoded text", graph("none", "userData"), graph({ $base64: `token: ${OLD}\n` }, "userData")],
    [
      "in the middle of text with references",
      graph("none", "text"),
      graph({ $join: ["api_key=", OLD, " ", { $ref: { urn: "a::b", property: "id" } }] }, "text"),
    ],
    ["in an output", graph("x", "text", { token: SECRET }), graph("x", "text", { token: CANARY })],
    ["cut off where the text gets too long", graph("none", "text"), graph(cutOff(OLD), "text")],
    ["before what differs", graph(`${OLD}${CUT}a`, "text", { token: OLD }), graph(`${OLD}${CUT}b`, "text")],
    ["in a part of it", graph({}, "authToken"), graph({ part: OLD }, "authToken")],
  ];
  test.for(ways)("%s", ([, before, after]) => {
    const text = everyFormat(before, after);
    for (const canary of [CANARY, OLD]) {
      expect(text).not.toContain(canary);
      expect(text).not.toContain(JSON.stringify(canary).slice(1, -1));
      expect(text).not.toContain(canary.slice(0, 12));
    }
  });
});

test("a key that changes is in no format, though its first and last lines stay", () => {
  const key = (body: string) =>
    `files:\n  key: |\n    -----BEGIN PRIVATE KEY-----\n    ${body}\n    ${body}\n    -----END PRIVATE KEY-----\n`;
  const text = everyFormat(
    graph(key("b2xkIGtleSBvbGQga2V5"), "text"),
    graph(key("bmV3IGtleSBuZXcga2V5"), "text"),
  );
  expect(text).not.toMatch(/b2xk|bmV3/);
  expect(text).toContain("(secret), another");
});

test("known forms are secrets whatever they are called", () => {
  const aws = `AK${"IA"}ABCDEFGHIJKLMNOP`;
  expect(secretsIn(`x ${aws} y`)).toEqual([aws]);
  expect(secretsIn("-----BEGIN RSA PRIVATE KEY-----\nabc\n-----END RSA PRIVATE KEY-----")).toHaveLength(1);
});

test("what only looks alike is none", () => {
  const texts = [
    "PASSWORD=@@database-password@@",
    "token: $(aws ssm get)",
    "KEYBOARD=es",
    "secret_arn=arn:aws:x",
    "monkey: banana",
    "tokens: 12",
    "postgresql://host:5432/db",
  ];
  expect(texts.flatMap(secretsIn)).toEqual([]);
});

describe("what assigns a secret", () => {
  test.each([
    ["password=hunter22", ["hunter22"]],
    ["--db-password hunter22", []],
    ["--db-password=hunter22", ["hunter22"]],
    ["-password=hunter22", ["hunter22"]],
    ["x/y-token: abcdef", ["abcdef"]],
    ["a,my-api-key='abcdef'", ["abcdef"]],
    ['{"authToken": "abcdef"}', ["abcdef"]],
    ["DATABASE_PASSWORD=abcdef", ["abcdef"]],
    ["1-password=abcdef", ["abcdef"]],
    ["deleted: DB_PASSWORD=hunter22", ["hunter22"]],
    ["changed: from API_KEY='hunter22' to:TOKEN=abcdef", ["hunter22", "abcdef"]],
    ["deleted: FEATURE=on mode=NAME=value", []],
    ["arn:aws:secretsmanager/secret:Secret", []],
    ["postgresql://app:hunter22@host/x", ["hunter22"]],
    ["see postgresql://app:hun/ter:22@host/x", ["hun/ter:22"]],
    ["https://host/a:b c@d", []],
    ["a token: eyJhbGciOiJ.eyJzdWIiOiIx.abc", ["eyJhbGciOiJ.eyJzdWIiOiIx.abc"]],
    ["password=$PASSWORD password=@@x@@", []],
  ])("%j holds %j", (text, secrets) => {
    expect([...new Set(secretsIn(text))]).toEqual(secrets);
  });
});

test("a long text takes no longer than its length: 40 kB of dashes took 10 s", () => {
  const texts = [
    "a-",
    "-----BEGIN PRIVATE KEY-----",
    "eyJaaaaaaaa.",
    "://a:",
    "password=x ",
    "a:",
    " :",
    "@",
    "-A=",
    "x@@x",
  ];
  const redactor = new Redactor(["known-secret"]);
  const millisecondsFor = (part: string, length: number) => {
    const text = part.repeat(length / part.length);
    const started = process.cpuUsage();
    redactor.text(text);
    return process.cpuUsage(started).user / 1000;
  };
  for (const part of texts) {
    // Of 16 times the length a quadratic one takes 256 times as long. What takes a few milliseconds tells nothing.
    const [short, long] = [millisecondsFor(part, 50_000), millisecondsFor(part, 800_000)];
    expect(long, part).toBeLessThan(Math.max(16 * 6 * short, 1_500));
  }
});

test("each of very many secrets is taken out", () => {
  const text = Array.from({ length: 5_000 }, (_, index) => `password=secret${index}x`).join(" ");
  expect(new Redactor([]).text(text)).not.toMatch(/secret\d/);
});
