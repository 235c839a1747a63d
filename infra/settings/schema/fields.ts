import { z } from "zod";
import { DURATION, type Duration, milliseconds } from "../duration.ts";

/** The kinds of value that config is made of; each says its rule whatever is wrong with the value. */

export const text = (rule: string, form: RegExp) => z.string(rule).regex(form, rule);
export const whole = (low: number, high: number) => {
  const rule = `must be a whole number from ${low} to ${high}`;
  return z.int(rule).min(low, rule).max(high, rule);
};
export const flag = z.boolean("must be true or false");

/** More is a slip, and times beyond it leave what JavaScript's dates and timers can count. */
const LONGEST = milliseconds("365d");
const durationRule = 'must be a duration such as "30m", "1h" or "500ms"';
const formed = z
  .string(durationRule)
  .regex(DURATION, { error: durationRule, abort: true })
  .transform((value) => value as Duration);
const lasting = (least: number, rule: string) =>
  formed.refine((value) => milliseconds(value) >= least && milliseconds(value) <= LONGEST, rule);
export const duration = lasting(1, "must be longer than 0, and 365d at most");
/** Where none is a length, too. */
export const durationOrNone = lasting(0, "must be 365d at most");

/**
 * Text of a line of the environment file. A control character would end the line or be cut off by a reader, and `@@name@@`
 * is where a secret is filled in: data must not write into the template.
 */
export const plainText = (least = 0, most = Number.POSITIVE_INFINITY) => {
  const length = most === Number.POSITIVE_INFINITY ? "" : `, ${least} to ${most} characters`;
  const rule = `must be one line of text${length}, without control characters and @@`;
  return text(rule, /^(?:(?!@@)[\t\P{Cc}])*$/u)
    .min(least, rule)
    .max(most, rule);
};

/** Where seconds are the unit of what it is for. */
export const wholeSeconds = (low: Duration, high: Duration) =>
  formed.refine((each) => {
    const length = milliseconds(each);
    return length % 1000 === 0 && length >= milliseconds(low) && length <= milliseconds(high);
  }, `must be whole seconds from ${low} to ${high}`);

export const domainName = text(
  "must be a lower-case host name with a dot, such as beta.example.com",
  /^(?=.{4,253}$)([a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?\.)+([a-z]{2,63}|xn--[a-z0-9-]{0,58}[a-z0-9])$/,
);

/** A domain that a certificate is for (ACM API, RequestCertificate: the first name has at most 64 octets). */
export const certifiedName = domainName.max(64, "must have at most 64 letters: a certificate takes no more");
