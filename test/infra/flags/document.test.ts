import { readFileSync } from "node:fs";
import { join } from "node:path";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { expiredFlags, flagDocument } from "../../../infra/flags/document.ts";
import { parseFlags } from "../../../infra/flags/parse.ts";
import { readFlags } from "../../../infra/flags/read.ts";
import { type Flag, IMPORTANCES } from "../../../infra/flags/schema.ts";
import { evaluate, readDocument } from "../../../rollout/flags/document.ts";
import { SAMPLE } from "../../support/sample.ts";

const PLAIN: Flag = {
  description: "Charts",
  owner: "product",
  until: "2027-06-30",
  enabled: true,
  importance: "normal",
};
const compiled = (flag: Partial<Flag>) =>
  flagDocument(new Map([["charts", { ...PLAIN, ...flag }]])).values.charts;

const attributeValues = { owner: "product", importance: "normal" };
const OFF = { enabled: false, ...attributeValues };
const DEFAULT = { name: "default", enabled: false, attributeValues };

describe("a flag that is enabled", () => {
  test("is on for everybody", () => {
    expect(compiled({})).toEqual({ enabled: true, ...attributeValues });
  });

  test.each<[Partial<Flag>, string, string]>([
    [{ groups: ["admin"] }, "groups", '(eq $group "admin")'],
    [{ tenants: ["zeta", "acme"] }, "tenants", '(in $tenant ["acme", "zeta"])'],
    [{ percent: 10 }, "percent", "(split pct::10 by::$tenant)"],
  ])("with %o is on for these only", (flag, name, rule) => {
    expect(compiled(flag)).toEqual({ _variants: [{ name, enabled: true, rule, attributeValues }, DEFAULT] });
  });

  test("is on for who is in any of what it names", () => {
    const value = compiled({ tenants: ["acme"], groups: ["admin"], percent: 5 });
    expect(value).toHaveProperty("_variants.length", 4);
    expect(value).toHaveProperty("_variants.3", DEFAULT);
  });

  test.each<Partial<Flag>>([
    { percent: 0 },
    { tenants: [] },
    { groups: [] },
    { tenants: [], groups: [], percent: 0 },
  ])("with %o is on for nobody, not for everybody", (flag) => {
    expect(compiled(flag)).toEqual({ _variants: [DEFAULT] });
  });
});

test("the off switch wins over everything the flag names", () => {
  expect(compiled({ enabled: false, tenants: ["acme"], groups: ["admin"], percent: 100 })).toEqual(OFF);
});

test("the definition says whom to ask and when the flag should be gone", () => {
  expect(flagDocument(new Map([["charts", PLAIN]]))).toMatchObject({
    version: "1",
    flags: {
      charts: {
        name: "charts",
        description: "Charts",
        _deprecation: { status: "planned", date: "2027-06-30" },
        attributes: {
          owner: { constraints: { type: "string", required: true } },
          importance: {
            constraints: { type: "string", required: true, enum: ["essential", "normal", "optional"] },
          },
        },
      },
    },
  });
});

test("a flag is over on the day after its last", () => {
  const flags = new Map([["charts", PLAIN]]);
  expect(expiredFlags(flags, "2027-06-30")).toEqual([]);
  expect(expiredFlags(flags, "2027-07-01")).toEqual(["charts"]);
});

test("what may go under stress is told to the app", () => {
  expect(compiled({ importance: "essential" })).toHaveProperty("importance", "essential");
  expect(compiled({ importance: "optional", percent: 5 })).toHaveProperty(
    "_variants.0.attributeValues.importance",
    "optional",
  );
});

test.each(["beta", "prod"])("%s of the sample has the plans' four flags", (stack) => {
  const file = `flags.${stack}.yaml`;
  const { values } = flagDocument(parseFlags(file, readFileSync(join(SAMPLE, file), "utf8")));
  const optional = { owner: "product", importance: "optional" };
  expect(values).toEqual({
    dashboard_charts: {
      _variants: [
        { name: "groups", enabled: true, rule: '(eq $group "admin")', attributeValues: optional },
        { ...DEFAULT, attributeValues: optional },
      ],
    },
    enable_assistant_verticals: OFF,
    enable_vertical_import_export: OFF,
    enable_vertical_profiles: OFF,
  });
});

test("a stack whose file is missing is refused, not taken for one without flags", () => {
  expect(() => readFlags("nowhere")).toThrow("flags.nowhere.yaml is missing");
});

test("every flag is one that the rehearsal's evaluator reads: AppConfig would refuse a rule that isn't sound", () => {
  const tenant = fc.oneof(
    fc.constantFrom("acme", "zeta"),
    fc.stringMatching(/^[A-Za-z0-9](?:[A-Za-z0-9 ._@+'&()-]{0,8}[A-Za-z0-9._)-])?$/),
  );
  const flags = fc.record({
    description: fc.constant("x"),
    owner: fc.constant("x"),
    until: fc.constant("2027-06-30"),
    enabled: fc.boolean(),
    tenants: fc.option(fc.uniqueArray(tenant, { maxLength: 3 }), { nil: undefined }),
    groups: fc.option(fc.uniqueArray(fc.constantFrom("admin", "ops"), { maxLength: 2 }), { nil: undefined }),
    percent: fc.option(fc.integer({ min: 0, max: 100 }), { nil: undefined }),
    importance: fc.constantFrom(...IMPORTANCES),
  });
  const caller = fc.record({
    tenant: fc.constantFrom("acme", "zeta"),
    group: fc.constantFrom("admin", "user"),
  });
  fc.assert(
    fc.property(flags, caller, (flag, context) => {
      const document = JSON.stringify(flagDocument(new Map([["charts", flag]])));
      const { enabled } = evaluate(readDocument(document), "charts", context)!;
      const { tenants, groups, percent } = flag;
      const named =
        tenants?.includes(context.tenant) || groups?.some((group) => group === context.group) || false;
      const everybody = [tenants, groups, percent].every((each) => each === undefined);
      if (!flag.enabled) expect(enabled).toBe(false);
      else if (named || everybody || percent === 100) expect(enabled).toBe(true);
      else if (!percent) expect(enabled).toBe(false);
    }),
    { seed: 6 },
  );
});
