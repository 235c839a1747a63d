import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { UserError } from "../../../rollout/errors.ts";
import { engineYaml } from "../../../rollout/graph/engine-yaml.ts";
import { readProject } from "../../../rollout/graph/project.ts";

/** What the real engine reads (`pulumi config --json`): by scalar, at the top and in a map; null where it refuses. */
const ENGINE: Record<string, [top: string | null, inMap: string | null]> = JSON.parse(
  readFileSync(join(import.meta.dirname, "../../fixtures/engine/yaml-scalars.json"), "utf8"),
);

const REFUSED = [
  ...["0150", "010", "08", "+0150", "-010", "0O17", "0b101", "1_000", "1__0", "1_000.5"],
  ...["2026-12-31", "2026-1-5", "2026-12-31T10:00:00Z", "2026-12-31 10:00:00"],
  ...["1e400", ".inf", "-.inf", ".nan", "12345678901234567890", "99999999999999999", "1234567890123456789"],
  ...["100000000000000000000", "1e21"],
  ...["!!int '7'", "!!float 3", "!!bool 'yes'", "!!binary aGk=", "!foo bar"],
];

describe("a value of config", () => {
  test.each(Object.entries(ENGINE))(
    "%s is read as the engine reads it, or refused",
    (scalar, [top, inMap]) => {
      const read = () => engineYaml("Pulumi.beta.yaml", `config:\n  a: ${scalar}\n  b: {v: ${scalar}}\n`);
      if (REFUSED.includes(scalar)) return expect(read).toThrow(/^Pulumi\.beta\.yaml:2: /);
      const { config } = read() as { config: { a: unknown; b: Record<string, unknown> } };
      expect(String(config.a ?? "")).toBe(top);
      expect(config.b).toEqual(JSON.parse(inMap!));
    },
  );

  test("has no refusal that isn't in the table", () => {
    expect(REFUSED.filter((scalar) => !Object.hasOwn(ENGINE, scalar))).toEqual([]);
  });
});

test("a merge key is what it is to the engine", () => {
  const text = "base: &base { weight: 10 }\nconfig:\n  green: { <<: *base, servers: 2 }\n";
  expect(engineYaml("Pulumi.beta.yaml", text)).toMatchObject({
    config: { green: { weight: 10, servers: 2 } },
  });
});

test.each([
  ["an alias that leads nowhere", "a: *b\n"],
  ["a mark that isn't closed", "a: 'b\n"],
  ["a key twice", "a: 1\na: 2\n"],
  ["aliases of aliases of aliases", bomb()],
])("%s is refused with the file's name", (_, text) => {
  expect(() => engineYaml("Pulumi.beta.yaml", text)).toThrow(/^Pulumi\.beta\.yaml: \S/);
});

test("a config that can't be read is refused with its name, as one that isn't YAML", () => {
  const folder = mkdtempSync(join(tmpdir(), "rollout-unreadable-"));
  try {
    writeFileSync(join(folder, "Pulumi.yaml"), "name: shop\n");
    mkdirSync(join(folder, "Pulumi.beta.yaml"));
    const read = () => readProject(folder, "beta");
    expect(read).toThrow(UserError);
    expect(read).toThrow(/^Pulumi\.beta\.yaml: EISDIR/);
  } finally {
    rmSync(folder, { recursive: true });
  }
});

/** A few lines that would be a billion values. */
function bomb(): string {
  const names = [..."abcdefghi"];
  const lines = names.map((name, at) => {
    const of = at === 0 ? "x" : `*${names[at - 1]}`;
    return `${name}: &${name} [${Array.from({ length: 10 }, () => of).join(", ")}]`;
  });
  return `${lines.join("\n")}\n`;
}
