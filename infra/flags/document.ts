import { type Flag, IMPORTANCES, type Importance } from "./schema.ts";

/** What AppConfig stores: AWS docs, "type reference for AWS.AppConfig.FeatureFlags", version 1. */
export interface FlagDocument {
  version: "1";
  flags: Record<string, FlagDefinition>;
  values: Record<string, FlagValue>;
}

export interface FlagDefinition {
  name: string;
  description: string;
  /** Short-lived flags are marked for removal on a date; AppConfig shows it. */
  _deprecation: { status: "planned"; date: string };
  attributes: {
    owner: { constraints: { type: "string"; required: true } };
    importance: { constraints: { type: "string"; required: true; enum: readonly Importance[] } };
  };
}

/** A plain flag, or variants of which the first whose rule holds is served; the last has no rule. */
export type FlagValue = ({ enabled: boolean } & Attributes) | { _variants: Variant[] };

/** What the app gets beside whether a flag is on: whom to ask, and whether it may go under stress. */
export interface Attributes {
  owner: string;
  importance: Importance;
}

export interface Variant {
  name: string;
  enabled: boolean;
  rule?: string;
  attributeValues: Attributes;
}

/** Flags as AppConfig takes them, keys sorted. */
export function flagDocument(flags: ReadonlyMap<string, Flag>): FlagDocument {
  const each = <T>(make: (key: string, flag: Flag) => T): Record<string, T> =>
    Object.fromEntries([...flags].map(([key, flag]) => [key, make(key, flag)]));
  return { version: "1", flags: each(definition), values: each((_, flag) => value(flag)) };
}

function definition(key: string, flag: Flag): FlagDefinition {
  return {
    name: key,
    description: flag.description,
    _deprecation: { status: "planned", date: flag.until },
    attributes: {
      owner: { constraints: { type: "string", required: true } },
      importance: { constraints: { type: "string", required: true, enum: IMPORTANCES } },
    },
  };
}

/**
 * A targeted flag has a variant for each way to be in it, so that the application can log why it was on. It is targeted
 * by having the key: an empty list is on for nobody, not for everybody.
 *
 * Rules ask for what the application sends as context: `$tenant`, `$group`. The percentage is of tenants, by a hash of
 * their name: all users of a tenant see the same, and who has it at 10 % keeps it at 20 %.
 */
function value({ enabled, owner, importance, tenants, groups, percent }: Flag): FlagValue {
  const rules: [name: string, rule: string][] = [];
  if (tenants?.length) rules.push(["tenants", oneOf("$tenant", tenants)]);
  if (groups?.length) rules.push(["groups", oneOf("$group", groups)]);
  if (percent !== undefined && percent > 0) rules.push(["percent", `(split pct::${percent} by::$tenant)`]);

  const targeted = [tenants, groups, percent].some((each) => each !== undefined);
  const attributeValues = { owner, importance };
  if (!targeted || !enabled) return { enabled, ...attributeValues };
  return {
    _variants: [
      ...rules.map(([name, rule]) => ({ name, enabled: true, rule, attributeValues })),
      { name: "default", enabled: false, attributeValues },
    ],
  };
}

/** By their schema names have neither a double quote nor a backslash: none needs an escape. */
function oneOf(key: string, names: readonly string[]): string {
  const quoted = names.toSorted().map((name) => `"${name}"`);
  return quoted.length === 1 ? `(eq ${key} ${quoted[0]})` : `(in ${key} [${quoted.join(", ")}])`;
}

/** Keys of flags whose time is over on a day such as `2027-03-31`: they should leave the code. */
export function expiredFlags(flags: ReadonlyMap<string, Flag>, day: string): string[] {
  return [...flags].filter(([, { until }]) => until < day).map(([key]) => key);
}
