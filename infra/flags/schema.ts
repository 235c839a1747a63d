import { z } from "zod";

/**
 * The flags of a stack: `flags.<stack>.yaml`. A flag that is enabled is on for everybody, unless it has one of the keys
 * tenants, groups or percent: then it is on for who is in any of these, and a list that is empty names nobody.
 * `enabled: false` is off for all, whatever else it says.
 */

/** AWS docs, "type reference for AWS.AppConfig.FeatureFlags": what AppConfig takes as a key. */
const KEY = /^[a-z][a-zA-Z\d_-]{0,63}$/;
const GROUP = /^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$/;
/**
 * Also an e-mail address, or a company's name. Nothing that means something on its way to AppConfig's agent: a quote or
 * a backslash in a rule, a comma or `=` in the header that the app sends.
 */
const TENANT = /^[A-Za-z0-9](?:[A-Za-z0-9 ._@+'&()-]{0,98}[A-Za-z0-9._)-])?$/;

const tenantRule = "must be the name of a tenant: up to 100 letters, digits, spaces and any of ._@+'&()-";
const tenant = z.string(tenantRule).regex(TENANT, tenantRule);
const groupRule = "must be the name of a group: up to 64 letters, digits and any of ._-";
const group = z.string(groupRule).regex(GROUP, groupRule);

const line = (rule: string, longest: number) => z.string(rule).trim().min(1, rule).max(longest, rule);

const named = (what: string, name: z.ZodString) =>
  z
    .array(name, `must be a list of ${what}s`)
    .refine((all) => new Set(all).size === all.length, `must name each ${what} once`);

/** Tenants by name, each once. */
export const tenantNames = named("tenant", tenant);

/** What goes first when a server is under stress: the app turns off optional flags, then all but essential ones. */
export const IMPORTANCES = ["essential", "normal", "optional"] as const;
export type Importance = (typeof IMPORTANCES)[number];

const percentRule = "must be a whole number from 0 to 100";
const dateRule = "must be a date such as 2027-03-31";

export const flagSchema = z.strictObject(
  {
    description: line("must say in up to 900 characters what the flag does", 900),
    owner: line("must name the team or person to ask", 64),
    until: z.iso.date(dateRule),
    enabled: z.boolean("must be true or false"),
    tenants: tenantNames.optional(),
    groups: named("group", group).optional(),
    percent: z.int(percentRule).min(0, percentRule).max(100, percentRule).optional(),
    importance: z.enum(IMPORTANCES, `must be one of ${IMPORTANCES.join(", ")}`).default("normal"),
  },
  "must be a flag: { description, owner, until, enabled, tenants, groups, percent, importance }",
);

export const flagsSchema = z.strictObject(
  {
    flags: z.record(
      z
        .string()
        .regex(KEY, "a flag's key is up to 64 letters, digits, - and _, the first a lower-case letter"),
      flagSchema,
      "must be a map of flags",
    ),
  },
  "must be a map with the key flags",
);

export type Flag = z.infer<typeof flagSchema>;
