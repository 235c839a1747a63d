import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { contextFrom } from "../../../rollout/flags/context.ts";
import { evaluate, evaluateAll, readDocument } from "../../../rollout/flags/document.ts";
import { holds } from "../../../rollout/flags/rule/evaluate.ts";
import type { Context } from "../../../rollout/flags/rule/model.ts";
import { parseRule } from "../../../rollout/flags/rule/parse.ts";
import * as arbitrary from "./arbitrary.ts";
import { referenceAnswer, referenceTruth } from "./reference.ts";

const SEED = 6;

test("a thousand random documents are answered as the reference answers them", () => {
  let on = 0;
  let all = 0;
  fc.assert(
    fc.property(
      arbitrary.document,
      fc.array(arbitrary.context, { minLength: 3, maxLength: 3 }),
      ({ text, keys }, contexts) => {
        const flags = readDocument(text);
        for (const context of contexts) {
          const answers = evaluateAll(flags, context);
          for (const key of keys) {
            expect(answers[key]).toEqual(referenceAnswer(text, key, context));
            all += 1;
            if (answers[key]!._variant?.startsWith("v")) on += 1;
          }
        }
      },
    ),
    { numRuns: 1000, seed: SEED },
  );
  // The documents are worth something only if rules hold and fail, both often.
  expect(on / all).toBeGreaterThan(0.2);
  expect(on / all).toBeLessThan(0.8);
});

const holdsFor = (rule: string, context: Context) => holds(parseRule(rule), { context, flag: "a" });

describe("every example of the documents", () => {
  // "Defining rules for multi-variant feature flags", each operator's example: a context in which it holds, one not.
  test.each<[string, Context, Context]>([
    ['(eq $state "Virginia")', { state: "Virginia" }, { state: "virginia" }],
    ["(gt $age 65)", { age: "66" }, { age: "65" }],
    ["(gte $age 65)", { age: "65" }, { age: "9" }],
    ["(lt $age 65)", { age: "9" }, { age: "65" }],
    ["(lte $age 65)", { age: "65" }, { age: "66" }],
    [
      '(and \n (eq $state "Virginia") \n (gt $age 65)\n)',
      { state: "Virginia", age: "70" },
      { state: "Virginia", age: "60" },
    ],
    [
      '(or\n (eq $state "Virginia") \n (gt $age 65)\n)',
      { state: "Ohio", age: "70" },
      { state: "Ohio", age: "60" },
    ],
    ['(not (eq $state "Virginia"))', { state: "Ohio" }, { state: "Virginia" }],
    ['(begins_with $state "A")', { state: "Alaska" }, { state: "Ohio A" }],
    ['(ends_with $email "amazon.com")', { email: "a@amazon.com" }, { email: "a@amazon.com.org" }],
    ['(contains $promoCode "WIN")', { promoCode: "4WINS" }, { promoCode: "win" }],
    ['(in $userId ["123", "456"])', { userId: "456" }, { userId: "45" }],
    ['(matches in::$greeting pattern::"h.*y")', { greeting: "howdy" }, { greeting: "hello" }],
    ['(exists key::"country")', { country: "" }, { state: "Ohio" }],
    [
      '(ends_with $email "qa-testers.mycompany.com")',
      { email: "j@qa-testers.mycompany.com" },
      { email: "j@mycompany.com" },
    ],
    ['(exists key::"opted_in_to_beta")', { opted_in_to_beta: "true" }, {}],
    ['(contains $userId "beta")', { userId: "1beta2" }, { userId: "alpha" }],
    ['(eq $word "Ḽơᶉëᶆ ȋṕšᶙṁ")', { word: "Ḽơᶉëᶆ ȋṕšᶙṁ" }, { word: "Lorem" }],
    ["(eq $temperature -7)", { temperature: "-7.0" }, { temperature: "7" }],
    ["(gt $share 1.234e-5)", { share: "0.00002" }, { share: "0.00001" }],
    [
      "(lt $joined 2012-03-04T05:06:07-08:00)",
      { joined: "2012-03-04T13:06:06Z" },
      { joined: "2012-03-04T13:06:07Z" },
    ],
    ["(gte $joined 2024-01)", { joined: "2024-01-01" }, { joined: "2023-12-31" }],
    ["(eq $member true)", { member: "true" }, { member: "yes" }],
  ])("%s", (rule, so, otherwise) => {
    expect([holdsFor(rule, so), holdsFor(rule, otherwise)]).toEqual([true, false]);
    expect([referenceTruth(rule, so, "a"), referenceTruth(rule, otherwise, "a")]).toEqual([true, false]);
  });

  test("a context that lacks the value gets the default, and not reverses that", () => {
    for (const rule of [
      '(eq $state "x")',
      "(lt $state 1)",
      '(contains $state "")',
      '(matches in::$state pattern::"")',
    ])
      expect([rule, holdsFor(rule, {}), holdsFor(`(not ${rule})`, {})]).toEqual([rule, false, true]);
    expect(holdsFor("(split pct::100 by::$state)", {})).toBe(false);
    expect(holdsFor('(exists key::"constructor")', {})).toBe(false);
  });

  // "Creating multi-variant feature flags", its document, and the answers of "Retrieving basic and multi-variant
  // feature flags".
  const REFRESH = JSON.stringify({
    version: "1",
    flags: { ui_refresh: { name: "UI Refresh" } },
    values: {
      ui_refresh: {
        _variants: [
          {
            name: "QA",
            enabled: true,
            attributeValues: { dark_mode_support: true },
            rule: '(ends_with $email "qa-testers.mycompany.com")',
          },
          {
            name: "Beta Testers",
            enabled: true,
            attributeValues: { dark_mode_support: true },
            rule: '(exists key::"opted_in_to_beta")',
          },
          {
            name: "Sample Population",
            enabled: true,
            attributeValues: { dark_mode_support: false },
            rule: "(split pct::10 by::$email)",
          },
          { name: "Default Variant", enabled: false, attributeValues: { dark_mode_support: false } },
        ],
      },
    },
  });

  test("the first variant whose rule holds is answered, with its name and attributes", () => {
    const answer = (...headers: string[]) => evaluateAll(readDocument(REFRESH), contextFrom(headers));
    expect(answer("email=jane_doe@qa-testers.mycompany.com", "opted_in_to_beta=true")).toEqual({
      ui_refresh: { _variant: "QA", dark_mode_support: true, enabled: true },
    });
    expect(answer("email=jane_doe@example.org,opted_in_to_beta=true")).toHaveProperty(
      "ui_refresh._variant",
      "Beta Testers",
    );
  });

  test("without context it is the default, and a flag that is off shows no attributes", () => {
    expect(evaluate(readDocument(REFRESH), "ui_refresh", {})).toEqual({
      _variant: "Default Variant",
      enabled: false,
    });
  });

  // "Feature flag samples for AWS AppConfig Agent local development mode".
  test("basic flags are answered with their attributes, or as off", () => {
    const values = {
      background_worker: { enabled: true, num_threads: 4, queue_name: "MyWorkQueue" },
      emergency_shutoff_switch: { enabled: false, level: "INFO" },
    };
    expect(evaluateAll(readDocument(JSON.stringify({ version: "1", values })), {})).toEqual({
      background_worker: { enabled: true, num_threads: 4, queue_name: "MyWorkQueue" },
      emergency_shutoff_switch: { enabled: false },
    });
  });

  test("a release in tiers splits within each tier", () => {
    const rule =
      '(or (and (eq $group "Tier1") (split by::$userId pct::1 seed::"2025.01.01")) (and (eq $group "Tier2") (split by::$userId pct::7 seed::"2025.01.01")))';
    const count = (group: string) =>
      Array.from({ length: 10_000 }, (_, user) => holdsFor(rule, { group, userId: `u${user}` })).filter(
        Boolean,
      ).length;
    within(count("Tier1"), 10_000, 0.01);
    within(count("Tier2"), 10_000, 0.07);
    expect(count("Tier3")).toBe(0);
  });
});

/** Five standard deviations: a split that is right misses them once in two million. */
function within(count: number, of: number, share: number): void {
  expect(Math.abs(count - of * share)).toBeLessThanOrEqual(5 * Math.sqrt(of * share * (1 - share)));
}

describe("a split", () => {
  const USERS = Array.from({ length: 20_000 }, (_, user) => `user-${user}`);
  const variant = (rules: string[], flag = "a") => {
    const variants = rules.map((rule, index) => ({ name: "AB"[index], enabled: true, rule }));
    const values = { [flag]: { _variants: [...variants, { name: "C", enabled: false }] } };
    const flags = readDocument(JSON.stringify({ version: "1", values }));
    return (uniqueId: string) => evaluate(flags, flag, { uniqueId })!._variant;
  };
  const shares = (...rules: string[]) => {
    const of = variant(rules);
    const counts = Map.groupBy(USERS, of);
    return ["A", "B", "C"].map((name) => counts.get(name)?.length ?? 0);
  };

  // "Understanding the split operator": the page's four scenarios.
  test.each<[string[], [number, number, number]]>([
    [["(split by::$uniqueId pct::20)"], [0.2, 0, 0.8]],
    [
      ["(split by::$uniqueId pct::20)", "(split by::$uniqueId pct::20)"],
      [0.2, 0, 0.8],
    ],
    [
      ["(split by::$uniqueId pct::20)", "(split by::$uniqueId pct::25)"],
      [0.2, 0.05, 0.75],
    ],
    [
      ['(split by::$uniqueId pct::20 seed::"seed_one")', '(split by::$uniqueId pct::25 seed::"seed_two")'],
      [0.2, 0.2, 0.6],
    ],
  ])("by %o gives the document's shares", (rules, expected) => {
    const counts = shares(...rules);
    for (const [index, share] of expected.entries()) {
      if (share === 0) expect(counts[index]).toBe(0);
      else within(counts[index]!, USERS.length, share);
    }
  });

  test("keeps who is in when the percentage grows", () => {
    let before = new Set<string>();
    for (let percent = 0; percent <= 100; percent += 5) {
      const of = variant([`(split pct::${percent} by::$uniqueId)`]);
      const now = new Set(USERS.slice(0, 4000).filter((user) => of(user) === "A"));
      expect([...before].filter((user) => !now.has(user))).toEqual([]);
      within(now.size, 4000, percent / 100);
      before = now;
    }
    expect(before.size).toBe(4000);
  });

  test("with a seed is the same for every flag, without one each flag's own", () => {
    const chosen = (rule: string, flag: string) =>
      USERS.filter((user) => variant([rule], flag)(user) === "A");
    const seeded = '(split pct::10 by::$uniqueId seed::"abc")';
    expect(chosen(seeded, "a")).toEqual(chosen(seeded, "b"));
    const plain = "(split pct::10 by::$uniqueId)";
    const inB = new Set(chosen(plain, "b"));
    const both = chosen(plain, "a").filter((user) => inB.has(user));
    within(both.length, USERS.length, 0.01);
  });
});

describe("what isn't a rule", () => {
  test.each([
    ["", "expected (, found the end at character 1"],
    ["(eq $a 1", "expected"],
    ["(equals $a 1)", "there is no operator equals at character 2"],
    ["(ge $a 1)", "there is no operator ge"],
    ["(eq $a)", "eq needs 2 operands"],
    ["(and (eq $a 1))", "and needs two expressions"],
    ["(and $a $b)", "and needs expressions in brackets"],
    ["(not (eq $a 1) (eq $a 2))", "not needs one operand"],
    ["(in $a 1)", "in needs a list such as [1, 2]"],
    ["(eq $a [1])", "eq takes no list here"],
    ["(contains $a 7)", "contains needs a text in double quotes"],
    ['(matches $a "h")', "matches needs in:: and pattern::"],
    ['(matches in::$a pattern::"(")', '"(" is no regular expression'],
    ['(matches in::$a pattern::"(?=a)")', "a pattern has no look-around"],
    ["(split pct::101 by::$a)", "pct must be a number from 0 to 100"],
    ["(split pct::10 pct::20 by::$a)", "pct is given twice"],
    ["(split by::$a)", "split needs pct:: and by::"],
    ["(eq $a 2024-02-31)", "2024-02-31 is no number, timestamp, true or false"],
    ['(eq $a "x)', "a text has no closing quote at character 8"],
    ["(eq $a 1) (eq $a 2)", "expected the end, found ( at character 11"],
    ["(not ".repeat(200), "the brackets are nested too deep"],
  ])("%s is refused", (rule, problem) => {
    expect(() => parseRule(rule)).toThrow(problem);
  });

  test("makes its document one that isn't served, with every mistake", () => {
    const variants = (rule: string) => ({
      _variants: [
        { name: "x", enabled: true, rule },
        { name: "d", enabled: false },
      ],
    });
    const values = { a: variants("(eq)"), b: variants("(or)"), c: { enabled: "yes" }, d: { _variants: [] } };
    expect(() => readDocument(JSON.stringify({ version: "1", values }))).toThrow(
      [
        "a: eq needs 2 operands at character 2 of (eq)",
        "b: or needs two expressions at character 2 of (or)",
        "c: enabled must be true or false",
        "d: its last variant must be its only one without a rule",
      ].join("\n"),
    );
    expect(() => readDocument('{"version":"2"}')).toThrow('version must be "1"');
  });
});
