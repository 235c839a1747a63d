import { expect, test } from "vitest";
import { stringify } from "yaml";
import { FlagsError, parseFlags } from "../../../infra/flags/parse.ts";

const FLAG = { description: "Charts", owner: "product", until: "2027-06-30", enabled: true };

function mistakesOf(text: string): readonly string[] {
  try {
    parseFlags("flags.beta.yaml", text);
    return [];
  } catch (error) {
    if (error instanceof FlagsError) return error.mistakes;
    throw error;
  }
}

const PERCENT = "must be a whole number from 0 to 100";
const DATE = "must be a date such as 2027-03-31";
const TENANT = "must be the name of a tenant: up to 100 letters, digits, spaces and any of ._@+'&()-";

test.each<[object, string]>([
  [{ description: 7 }, "flags.charts.description: must say in up to 900 characters what the flag does"],
  [{ description: " " }, "flags.charts.description: must say in up to 900 characters what the flag does"],
  [{ owner: "" }, "flags.charts.owner: must name the team or person to ask"],
  [{ until: "June" }, `flags.charts.until: ${DATE}`],
  [{ until: "2027-02-30" }, `flags.charts.until: ${DATE}`],
  [{ until: undefined }, `flags.charts.until: is missing: ${DATE}`],
  [{ enabled: "yes" }, "flags.charts.enabled: must be true or false"],
  [{ tenants: "acme" }, "flags.charts.tenants: must be a list of tenants"],
  [{ tenants: ['acme" or "'] }, `flags.charts.tenants[0]: ${TENANT}`],
  [{ tenants: ["acme", "acme"] }, "flags.charts.tenants: must name each tenant once"],
  [
    { groups: [1] },
    "flags.charts.groups[0]: must be the name of a group: up to 64 letters, digits and any of ._-",
  ],
  [{ percent: 101 }, `flags.charts.percent: ${PERCENT}`],
  [{ percent: 12.5 }, `flags.charts.percent: ${PERCENT}`],
  [{ percent: "10" }, `flags.charts.percent: ${PERCENT}`],
  [{ importance: "high" }, "flags.charts.importance: must be one of essential, normal, optional"],
  [{ tenant: ["acme"] }, "flags.charts.tenant: unknown key"],
])("%o is refused", (bad, message) => {
  expect(mistakesOf(stringify({ flags: { charts: { ...FLAG, ...bad } } }))).toEqual([message]);
});

test.each([
  "acme",
  "007",
  "ann@example.com",
  "o'brien+beta@example.co.uk",
  "Smith & Sons (Leeds)",
  "a".repeat(100),
])("a tenant may be called %j", (tenant) => {
  expect(mistakesOf(stringify({ flags: { charts: { ...FLAG, tenants: [tenant] } } }))).toEqual([]);
});

test.each(["", " ", " acme", "acme ", "a,b", "a=b", 'a"b', "a\\b", "a\nb", "a\0b", "é", "a".repeat(101)])(
  "a tenant may not be called %j",
  (tenant) => {
    const text = stringify({ flags: { charts: { ...FLAG, tenants: [tenant] } } });
    expect(mistakesOf(text)).toEqual([`flags.charts.tenants[0]: ${TENANT}`]);
  },
);

test.each<[string, string]>([
  ["", "must be a map with the key flags"],
  ["flag: {}", "flags: is missing: must be a map of flags"],
  ["flags: []", "flags: must be a map of flags"],
  [
    "flags: { charts: on }",
    "flags.charts: must be a flag: { description, owner, until, enabled, tenants, groups, percent, importance }",
  ],
  [
    stringify({ flags: { ENABLE_CHARTS: FLAG } }),
    "flags.ENABLE_CHARTS: a flag's key is up to 64 letters, digits, - and _, the first a lower-case letter",
  ],
])("the file %j is refused", (text, message) => {
  expect(mistakesOf(text)).toContain(message);
});

test("YAML that doesn't parse is a mistake with its line", () => {
  expect(mistakesOf("flags:\n  a: {\n")).toEqual([expect.stringMatching(/ at line 3, column 1$/)]);
  expect(mistakesOf("flags:\n  a: 1\n  a: 2\n")).toEqual([
    expect.stringMatching(/unique at line 3, column 3$/),
  ]);
});

test("all mistakes come at once, under the file's name", () => {
  const text = stringify({ flags: { charts: { ...FLAG, percent: -1, until: 7 } }, extra: true });
  expect(() => parseFlags("flags.beta.yaml", text)).toThrow(
    [
      "flags.beta.yaml has 3 mistakes:",
      `  flags.charts.until: ${DATE}`,
      `  flags.charts.percent: ${PERCENT}`,
      "  extra: unknown key",
    ].join("\n"),
  );
});

test("flags come sorted, with what they leave out filled in", () => {
  const flags = parseFlags("flags.beta.yaml", stringify({ flags: { b: FLAG, a: { ...FLAG, percent: 0 } } }));
  expect([...flags.keys()]).toEqual(["a", "b"]);
  expect(flags.get("b")).toEqual({ ...FLAG, importance: "normal" });
});
