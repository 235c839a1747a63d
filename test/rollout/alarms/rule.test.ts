import fc from "fast-check";
import { describe, expect, test } from "vitest";
import type { AlarmState } from "../../../rollout/alarms/model.ts";
import { alarmsIn, holds, parseRule } from "../../../rollout/alarms/rule.ts";

const STATES: AlarmState[] = ["OK", "ALARM", "INSUFFICIENT_DATA"];
const ALARMS = ["a", "b-1", "arn:aws:cloudwatch:us-east-1:000000000000:alarm:c"];

/** A rule as text, and the same as JavaScript that a reference evaluates. */
interface Sample {
  text: string;
  script: string;
}

const leaf: fc.Arbitrary<Sample> = fc.oneof(
  fc.constantFrom("TRUE", "FALSE").map((text) => ({ text, script: text.toLowerCase() })),
  fc
    .tuple(fc.constantFrom(...STATES), fc.constantFrom(...ALARMS), fc.boolean(), fc.constantFrom("", " "))
    .map(([state, alarm, quoted, space]) => ({
      text: `${state}${space}(${space}${quoted ? JSON.stringify(alarm) : alarm}${space})`,
      script: `(states[${JSON.stringify(alarm)}] === ${JSON.stringify(state)})`,
    })),
);

const { rule } = fc.letrec<{ rule: Sample }>((tie) => ({
  rule: fc.oneof(
    { depthSize: "medium", withCrossShrink: true },
    leaf,
    tie("rule").map(({ text, script }) => ({ text: `(${text})`, script: `(${script})` })),
    // Without parentheses the binding must be the one of JavaScript: NOT, then AND, then OR.
    leaf.map(({ text, script }) => ({ text: `NOT ${text}`, script: `!${script}` })),
    fc.tuple(tie("rule"), fc.constantFrom("AND", "OR"), tie("rule")).map(([left, operator, right]) => ({
      text: `${left.text} ${operator} ${right.text}`,
      script: `${left.script} ${operator === "AND" ? "&&" : "||"} ${right.script}`,
    })),
  ),
}));

test("a rule holds exactly when a naive reading of it does", () => {
  const states = fc.record(Object.fromEntries(ALARMS.map((name) => [name, fc.constantFrom(...STATES)])));
  fc.assert(
    fc.property(rule, states, ({ text, script }, given) => {
      const reference = new Function("states", `return ${script}`) as (states: object) => boolean;
      expect(holds(parseRule(text), (alarm) => given[alarm]!)).toBe(reference(given));
    }),
    { numRuns: 1000, seed: 6 },
  );
});

test("the alarms of a rule are those that it names", () => {
  expect(alarmsIn(parseRule('ALARM("a") OR NOT (OK(b-1) AND TRUE)'))).toEqual(["a", "b-1"]);
});

describe("what isn't understood is named", () => {
  test.each([
    ["ALARM(a) OR", "the rule ends too early"],
    ["ALARM a", "ALARM needs an alarm in parentheses"],
    ["ALARM()", "ALARM needs an alarm in parentheses"],
    ["(ALARM(a)", "a parenthesis isn't closed"],
    ['ALARM("a)', "a quotation mark isn't closed"],
    ["ALARM(a) OK(b-1)", "unexpected OK"],
    ["AT_LEAST(1, ALARM, (a, b))", "AT_LEAST isn't played in a rule"],
  ])("%s", (text, message) => {
    expect(() => parseRule(text)).toThrow(message);
  });
});
