import { BUCKETS, cookie, cookieIn, literal, numbersOf } from "../../cookies/expressions.ts";
import type { LedCohort } from "../schema/traffic/cohorts.ts";

/** What a listener's rule asks of a request, as the AWS provider takes it. All conditions of a rule must hold, and of each a value. */
export type Condition =
  | { httpHeader: { httpHeaderName: string; values?: string[]; regexValues?: string[] } }
  | { hostHeader: { values: string[] } }
  | { pathPattern: { values: string[] } }
  | { sourceIp: { values: string[] } };

/** The cookie with a user's number, 00 to 99: from his id, so that each of his devices has the same (sessions/cookies.ts). */
export const USER_COOKIE = "rollout-user";

/** Who is in a cohort, as conditions of its rule. */
export function conditionsOf({ header, cookie: kept, host, path, network, users }: LedCohort): Condition[] {
  return [
    ...(header ? [{ httpHeader: { httpHeaderName: header.name, values: header.values } }] : []),
    ...(kept ? [cookieCondition(kept.name, `(${kept.values.map(literal).join("|")})`)] : []),
    ...(host ? [{ hostHeader: { values: host } }] : []),
    ...(path ? [{ pathPattern: { values: path } }] : []),
    ...(network ? [{ sourceIp: { values: network } }] : []),
    // From 00 up: a growing share moves nobody back.
    ...(users ? [cookieCondition(USER_COOKIE, numbersOf({ from: 0, to: users.percent - 1 }))] : []),
  ];
}

function cookieCondition(name: string, value: string): Condition {
  return { httpHeader: { httpHeaderName: "cookie", regexValues: [cookie(name, value)] } };
}

/** Who is in a cohort, for people: `who asks for /acme/*, and 20 % of the users`. */
export function membersText(conditions: readonly Condition[]): string {
  return conditions.map(conditionText).join(", and ");
}

function conditionText(condition: Condition): string {
  if ("hostHeader" in condition) return `who asks for ${either(condition.hostHeader.values)}`;
  if ("pathPattern" in condition) return `who asks for ${either(condition.pathPattern.values)}`;
  if ("sourceIp" in condition) return `who comes from ${either(condition.sourceIp.values)}`;
  // What somebody else made of a rule may ask for more.
  if (!("httpHeader" in condition)) return `who fits ${JSON.stringify(condition)}`;
  const { httpHeaderName, values = [], regexValues: [expression = ""] = [] } = condition.httpHeader;
  if (expression === "") return `who sends ${httpHeaderName}: ${either(values)}`;
  const asked = cookieIn(expression);
  if (!asked) return `who has a cookie that fits ${expression}`;
  if (asked.name !== USER_COOKIE) return `who has the cookie ${asked.name}=${either(choicesIn(asked.value))}`;
  const numbers = Array.from({ length: BUCKETS }, (_, number) => String(number).padStart(2, "0"));
  const isIn = new RegExp(`^${asked.value}$`);
  return `${numbers.filter((each) => isIn.test(each)).length} % of the users`;
}

/** Of an expression that {@link conditionsOf} made: `(a|1\\.2)`. */
function choicesIn(value: string): string[] {
  return value
    .slice(1, -1)
    .split("|")
    .map((each) => each.replaceAll("\\.", "."));
}

function either(all: readonly string[]): string {
  return all.join(" or ");
}
