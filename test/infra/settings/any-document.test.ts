import fc from "fast-check";
import { expect, test } from "vitest";
import { stringify } from "yaml";
import { FlagsError, parseFlags } from "../../../infra/flags/parse.ts";
import { ConfigError, parseSettings } from "../../../infra/settings/parse.ts";
import { WHOLE } from "./edges.ts";
import { withValue } from "./with-value.ts";

// Whatever stands in a file: it is read, or refused with a message that a screen holds. Nothing else is thrown.

type Config = Record<string, unknown>;

const paths = pathsIn(WHOLE);
const anything = fc.oneof(
  fc.jsonValue(),
  fc.string({ unit: "binary" }),
  fc.constantFrom("__proto__", "constructor", {}, [], null, Number.POSITIVE_INFINITY, -0, "0", "@@x@@", "\0"),
  fc.dictionary(
    fc.constantFrom("__proto__", "constructor", "toString", "a", "blue", "weight"),
    fc.jsonValue(),
  ),
);

test("any value at any place of a config is taken or refused", () => {
  fc.assert(
    fc.property(
      fc.array(fc.tuple(fc.constantFrom(...paths), anything), { minLength: 1, maxLength: 3 }),
      (changes) => {
        const config = changes.reduce<Config>((made, [path, value]) => placed(made, path, value), {
          ...WHOLE,
        } as Config);
        expect(refusedBy(ConfigError, () => parseSettings("beta", "us-east-1", config))).toBe(true);
      },
    ),
    { numRuns: 2_000, seed: 15 },
  );
});

test("any document of flags is taken or refused", () => {
  const key = fc.constantFrom(
    "__proto__",
    "constructor",
    "checkout",
    "flags",
    "on",
    "rules",
    "tenants",
    "a b",
  );
  const document = fc.oneof(
    fc.string({ unit: "binary" }),
    fc.jsonValue().map((value) => stringify(value)),
    fc
      .dictionary(key, fc.oneof(fc.jsonValue(), fc.dictionary(key, fc.jsonValue())))
      .map((flags) => stringify({ flags })),
  );
  fc.assert(
    fc.property(document, (text) => {
      expect(refusedBy(FlagsError, () => parseFlags("flags.beta.yaml", text))).toBe(true);
    }),
    { numRuns: 2_000, seed: 15 },
  );
});

/** Whether it returns, or throws just this, in a message of at most a screen. */
// biome-ignore lint/suspicious/noExplicitAny: constructors of errors take what they like
function refusedBy(mistake: new (...words: any[]) => Error, read: () => unknown): boolean {
  try {
    read();
    return true;
  } catch (error) {
    // No words of zod's own.
    if (error instanceof mistake && mistake === ConfigError)
      expect(error.message).not.toMatch(/Invalid (input|key|element)|expected .* received|Too (small|big)/);
    if (error instanceof mistake) return error.message.length < 22 * 305;
    throw error;
  }
}

/** As {@link withValue}, where what is on the way may no longer be an object. */
function placed(config: Config, path: string, value: unknown): Config {
  try {
    return withValue(config, path, value);
  } catch {
    return config;
  }
}

function pathsIn(value: unknown, path = ""): string[] {
  if (typeof value !== "object" || value === null) return [path];
  const inside = Object.entries(value).flatMap(([key, each]) => pathsIn(each, path ? `${path}.${key}` : key));
  return path ? [path, ...inside] : inside;
}
