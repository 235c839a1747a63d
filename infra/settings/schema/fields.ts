import { z } from "zod";
import { type Duration, isDuration, milliseconds } from "../duration.ts";

/** The kinds of value that config is made of; each says its rule whatever is wrong with the value. */

export const text = (rule: string, form: RegExp) => z.string(rule).regex(form, rule);
export const whole = (low: number, high: number) => {
  const rule = `must be a whole number from ${low} to ${high}`;
  return z.int(rule).min(low, rule).max(high, rule);
};
export const flag = z.boolean("must be true or false");
export const duration = z
  .string('must be a duration such as "30m", "1h" or "500ms"')
  .refine(isDuration, 'must be a duration such as "30m", "1h" or "500ms"')
  .transform((value) => value as Duration);

/** Where seconds are the unit of what it is for. */
export const wholeSeconds = (low: Duration, high: Duration) =>
  duration.refine((each) => {
    const length = milliseconds(each);
    return length % 1000 === 0 && length >= milliseconds(low) && length <= milliseconds(high);
  }, `must be whole seconds from ${low} to ${high}`);

export const domainName = text(
  "must be a lower-case host name with a dot, such as beta.example.com",
  /^(?=.{4,253}$)([a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?\.)+([a-z]{2,63}|xn--[a-z0-9-]{0,58}[a-z0-9])$/,
);

/** A domain that a certificate is for (ACM API, RequestCertificate: the first name has at most 64 octets). */
export const certifiedName = domainName.max(64, "must have at most 64 letters: a certificate takes no more");
