import { isIPv6 } from "node:net";
import { z } from "zod";
import { text, whole } from "../fields.ts";
import { range } from "../network.ts";

/**
 * Who is in a cohort, in what a balancer's rule can read. Lengths and letters are those of an ALB (User Guide, "Condition types for
 * listener rules"); how many values fit one rule is in ../../cohorts/mistakes.ts.
 */

const values = (rule: string, form: RegExp, meaning: string) =>
  z.array(text(rule, form), "must be a list").min(1, "must have a value").describe(meaning);

const header = z.strictObject(
  {
    name: text(
      "must be a header's name, such as x-tenant, other than Host, Cookie and x-rollout-track",
      /^(?!(?:host|cookie|x-rollout-track)$)[a-z0-9-]{1,40}$/i,
    ).describe("the header's name"),
    values: values(
      "must be 1 to 128 printable characters without a backslash",
      /^[ !-[\]-~]{1,128}$/,
      "what it may be; * stands for any text and ? for one letter, and letter case doesn't count",
    ),
  },
  "must be a header: { name, values }",
);

const cookie = z.strictObject(
  {
    name: text(
      "must be a cookie's name of at most 40 letters, digits, - and _, and none of this stack's own",
      /^(?!rollout-(?:session|bucket|track|user)$)[A-Za-z0-9_-]{1,40}$/,
    ).describe("the cookie's name"),
    values: values(
      "must be 1 to 40 letters, digits, -, _ and .",
      /^[A-Za-z0-9_.-]{1,40}$/,
      "what it may be, letter case as it stands",
    ),
  },
  "must be a cookie: { name, values }",
);

const users = z.strictObject(
  {
    percent: whole(1, 100).describe(
      "how many of the users whose id the app tells, in whole percent; who is in at 10 is in at 20 too, whatever device he comes with",
    ),
  },
  "must be a share of the users: { percent }",
);

const rangeRule = "must be an address range, such as 203.0.113.0/24 or 2001:db8::/32";
const range6 = z.string(rangeRule).refine((value) => {
  const [address = "", bits = ""] = value.split("/");
  return /^(\d|[1-9]\d|1[01]\d|12[0-8])$/.test(bits) && isIPv6(address);
}, rangeRule);

const cohort = z.strictObject(
  {
    to: z
      .string("must name a track, or be none")
      .default("none")
      .describe(
        "the track that they are led to, whatever its weight; none: the cohort is closed, which is what a rollback and the " +
          "last step write here",
      ),
    header: header.optional().describe("who sends this header"),
    cookie: cookie.optional().describe("whose browser sends this cookie"),
    host: values(
      "must be a lower-case host name; * stands for any text and ? for one letter",
      /^(?=.{1,128}$)[a-z0-9*?.-]*\.[a-z]+$/,
      "who asks for one of these names of the stack",
    ).optional(),
    path: values(
      "must be a path such as /acme/*, 1 to 128 letters, digits and _-.$/~\"'@:+;&; * stands for any text and ? for one letter",
      /^\/[A-Za-z0-9_\-.$/~"'@:+;&*?]{0,127}$/,
      "who asks for one of these paths; * stands for any text and ? for one letter, and letter case counts",
    ).optional(),
    network: z
      .array(z.union([range, range6], rangeRule), "must be a list of address ranges")
      .min(1, "must have a range")
      .optional()
      .describe("who comes from one of these address ranges, IPv4 or IPv6"),
    users: users
      .optional()
      .describe("a share of the users whose id the app tells by the header X-Rollout-User of its answers"),
  },
  "must be a cohort: { to, header, cookie, host, path, network, users }",
);

/** Of users; `to` says where they are led, the other keys who they are: all of those that are there must fit. */
export type LedCohort = z.output<typeof cohort>;

const NAME = /^(?!constructor$)[a-z][a-z0-9-]{0,29}$/;

export const cohorts = z.record(
  z.string().regex(NAME, "a cohort's name is 1 to 30 lower-case letters, digits and hyphens"),
  cohort,
  "must be a map of cohorts",
);

/** Where a cohort that is closed leads. */
export const CLOSED = "none";
