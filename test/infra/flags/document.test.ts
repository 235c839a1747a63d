import { describe, expect, test } from "vitest";
import { expiredFlags, flagDocument } from "../../../infra/flags/document.ts";
import { readFlags } from "../../../infra/flags/read.ts";
import type { Flag } from "../../../infra/flags/schema.ts";

const PLAIN: Flag = {
  description: "Charts",
  owner: "product",
  until: "2027-06-30",
  enabled: true,
  tenants: [],
  groups: [],
};
const compiled = (flag: Partial<Flag>) =>
  flagDocument(new Map([["charts", { ...PLAIN, ...flag }]])).values.charts;

const attributeValues = { owner: "product" };
const OFF = { enabled: false, owner: "product" };
const DEFAULT = { name: "default", enabled: false, attributeValues };

describe("a flag that is enabled", () => {
  test("is on for everybody", () => {
    expect(compiled({})).toEqual({ enabled: true, owner: "product" });
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

  test("at 0 percent is on for nobody, not for everybody", () => {
    expect(compiled({ percent: 0 })).toEqual({ _variants: [DEFAULT] });
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
        attributes: { owner: { constraints: { type: "string", required: true } } },
      },
    },
  });
});

test("a flag is over on the day after its last", () => {
  const flags = new Map([["charts", PLAIN]]);
  expect(expiredFlags(flags, "2027-06-30")).toEqual([]);
  expect(expiredFlags(flags, "2027-07-01")).toEqual(["charts"]);
});

test.each(["beta", "prod"])("%s ships with the plans' four flags", (stack) => {
  const { values } = readFlags(stack);
  expect(values).toEqual({
    dashboard_charts: {
      _variants: [{ name: "groups", enabled: true, rule: '(eq $group "admin")', attributeValues }, DEFAULT],
    },
    enable_assistant_verticals: OFF,
    enable_vertical_import_export: OFF,
    enable_vertical_profiles: OFF,
  });
});

test("a stack whose file is missing is refused, not taken for one without flags", () => {
  expect(() => readFlags("nowhere")).toThrow("flags.nowhere.yaml is missing");
});
