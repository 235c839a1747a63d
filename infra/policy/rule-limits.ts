import { type Json, list } from "./values.ts";

/**
 * What an ALB takes (User Guide, "Quotas", Rules: none of a rule's can be raised; "Condition types", Condition basics). What of an
 * expression counts as a wildcard the guide doesn't say: each of its `*` is counted.
 */
const MOST = { values: 5, valuesOfOne: 3, wildcards: 5, letters: 128 };

/** How many rules a balancer takes, but for the default ones (User Guide, "Quotas"). */
export const MOST_RULES = 100;

/**
 * What of a listener's rule the balancer wouldn't take, in words.
 *
 * @param conditions as the AWS provider has them
 */
export function overLimits(conditions: readonly Json[]): string[] {
  const all = conditions.map(valuesIn);
  const values = all.flat();
  const wildcards = values.reduce((sum, { text, expression }) => sum + wildcardsIn(text, expression), 0);
  const longest = Math.max(0, ...values.map(({ text }) => text.length));
  const most = Math.max(0, ...all.map(({ length }) => length));
  const told: [boolean, string][] = [
    [most > MOST.valuesOfOne, `a condition of a rule takes ${MOST.valuesOfOne} values, one has ${most}`],
    [values.length > MOST.values, `a rule takes ${MOST.values} values in all, this has ${values.length}`],
    [wildcards > MOST.wildcards, `a rule takes ${MOST.wildcards} wildcards, this has ${wildcards}`],
    [
      longest > MOST.letters,
      `a value or expression has at most ${MOST.letters} characters, one has ${longest}`,
    ],
  ];
  return told.filter(([is]) => is).map(([, rule]) => rule);
}

function valuesIn(condition: Json): { text: string; expression: boolean }[] {
  const parts = Object.values(condition ?? {}) as { values?: Json; regexValues?: Json }[];
  const texts = (of: Json | undefined, expression: boolean) =>
    list(of).map((text) => ({ text: String(text), expression }));
  return parts.flatMap(({ values, regexValues }) => [...texts(values, false), ...texts(regexValues, true)]);
}

function wildcardsIn(text: string, expression: boolean): number {
  return [...text].filter((letter) => letter === "*" || (letter === "?" && !expression)).length;
}
