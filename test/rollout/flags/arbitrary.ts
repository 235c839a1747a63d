import fc from "fast-check";

// Random flag documents whose rules are often true: contexts and constants are drawn from the same few values.

const KEYS = ["state", "age", "email", "userId", "opted_in", "since"];
const TEXTS = ["Virginia", "A", "", "65", "true", "qa (1)", 'a"b', "Ḽơᶉëᶆ", "amazon.com", "jane@amazon.com"];
const NUMBERS = ["65", "-7", "42", "3.14", "1.234e-5", "0"];
const TIMES = ["2024-01", "2024-01-02", "2012-03-04T05:06:07-08:00", "2012-03-04T13:06:07Z"];

export const context = fc.dictionary(
  fc.constantFrom(...KEYS),
  fc.oneof(fc.constantFrom(...TEXTS, ...NUMBERS, ...TIMES, "false"), fc.string({ maxLength: 6 })),
  { noNullPrototype: true },
);

const text = fc
  .oneof(fc.constantFrom(...TEXTS), fc.string({ maxLength: 4 }))
  .map((each) => JSON.stringify(each));
const constant = fc.oneof(text, fc.constantFrom(...NUMBERS, ...TIMES, "true", "false"));
const key = fc.constantFrom(...KEYS).map((name) => `$${name}`);
const space = fc.constantFrom(" ", "  ", "\n  ");
const join = (...parts: fc.Arbitrary<string>[]) =>
  fc.tuple(space, ...parts).map(([gap, ...words]) => `(${words.join(gap)})`);

const leaf = fc.oneof(
  join(fc.constantFrom("eq", "gt", "gte", "lt", "lte"), key, constant),
  join(fc.constantFrom("begins_with", "ends_with", "contains"), key, text),
  fc
    .tuple(key, fc.array(constant, { minLength: 1, maxLength: 4 }))
    .map(([of, all]) => `(in ${of} [${all.join(", ")}])`),
  fc
    .tuple(key, fc.constantFrom("h.*y", "^V", "\\\\d+", "com$", "[A-Z]", "ia|ma"))
    .map(([of, pattern]) => `(matches in::${of} pattern::"${pattern}")`),
  fc.constantFrom(...KEYS).map((name) => `(exists key::"${name}")`),
  fc
    .tuple(fc.integer({ min: 0, max: 100 }), key, fc.option(text), fc.boolean())
    .map(([percent, by, seed, turned]) => {
      const all = [`pct::${percent}`, `by::${by}`, ...(seed === null ? [] : [`seed::${seed}`])];
      return `(split ${(turned ? all.reverse() : all).join(" ")})`;
    }),
);

export const rule: fc.Arbitrary<string> = fc.letrec<{ rule: string }>((tie) => ({
  rule: fc.oneof(
    { depthSize: "small", withCrossShrink: true },
    leaf,
    join(fc.constantFrom("and", "or"), tie("rule"), tie("rule")),
    join(fc.constant("not"), tie("rule")),
    join(fc.constant("eq"), tie("rule"), fc.constantFrom("true", "false")),
  ),
})).rule;

const attributes = fc.dictionary(
  fc.constantFrom("owner", "color", "size"),
  fc.oneof(fc.string(), fc.integer(), fc.boolean()),
  {
    noNullPrototype: true,
  },
);

const value = fc.oneof(
  {
    weight: 1,
    arbitrary: fc.tuple(fc.boolean(), attributes).map(([enabled, rest]) => ({ enabled, ...rest })),
  },
  {
    weight: 4,
    arbitrary: fc
      .tuple(
        fc.array(fc.tuple(rule, fc.boolean(), attributes), { maxLength: 4 }),
        fc.boolean(),
        fc.constantFrom(undefined, ""),
      )
      .map(([variants, enabled, none]) => ({
        _variants: [
          ...variants.map(([each, on, attributeValues], index) => ({
            name: `v${index}`,
            enabled: on,
            rule: each,
            attributeValues,
          })),
          { name: "default", enabled, rule: none },
        ],
      })),
  },
);

/** A document's text and the keys of its flags. */
export const document = fc
  .dictionary(fc.stringMatching(/^[a-z][a-zA-Z0-9_-]{0,8}$/), value, {
    minKeys: 1,
    maxKeys: 4,
    noNullPrototype: true,
  })
  .map((values) => ({ text: JSON.stringify({ version: "1", values }), keys: Object.keys(values) }));
