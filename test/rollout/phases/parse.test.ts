import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { Misuse } from "../../../rollout/errors.ts";
import { criterionOf } from "../../../rollout/phases/criterion.ts";
import { parseMetrics } from "../../../rollout/phases/metrics.ts";
import { parsePhases } from "../../../rollout/phases/parse.ts";

const SHIPPED = readFileSync(join(import.meta.dirname, "..", "..", "..", "phases.yaml"), "utf8");

const PHASE = { description: "The pilot", cohort: { tenants: ["acme"] }, entry: ["error_percent < 0.5"] };
const CHECKPOINTS = { first: { go: ["users >= 300"] } };
const COMPARE =
  'must compare a metric with a figure, such as "error_percent < 0.5" or "audit_passed == true"';
const COHORT = "must name tenants, a header or a cookie, or be { everybody: true }";

function messageOf(read: () => unknown): string {
  try {
    read();
  } catch (error) {
    expect(error).toBeInstanceOf(Misuse);
    return (error as Error).message;
  }
  return "no mistake";
}

const phasesMessage = (document: unknown) =>
  messageOf(() => parsePhases("phases.yaml", JSON.stringify(document)));

test.each([
  ["error_percent < 0.5", { metric: "error_percent", comparison: "<", figure: 0.5 }],
  [" users>=300 ", { metric: "users", comparison: ">=", figure: 300 }],
  ["growth != -1", { metric: "growth", comparison: "!=", figure: -1 }],
  ["audit_passed == true", { metric: "audit_passed", comparison: "==", figure: true }],
  ["audit_passed > false", undefined],
  ["error_percent < 0.5 %", undefined],
  ["error_percent = 1", undefined],
  ["1 < 2", undefined],
])("the criterion %j", (text, criterion) => expect(criterionOf(text)).toEqual(criterion));

describe("a phases file", () => {
  test("that is shipped has the plans' phases and checkpoints", () => {
    const { phases, checkpoints } = parsePhases("phases.yaml", SHIPPED);
    expect(Object.entries(phases).map(([name, { checkpoint }]) => [name, checkpoint])).toEqual([
      ["internal", undefined],
      ["alpha", undefined],
      ["closed-beta", "post-alpha"],
      ["open-beta", "mid-beta"],
      ["limited-prod", "graduation"],
      ["full", "pre-launch"],
    ]);
    expect(Object.values(checkpoints).map(({ day }) => day)).toEqual([10, 20, undefined, 30]);
    expect(checkpoints.graduation?.go.slice(0, 5)).toEqual([
      { metric: "uptime_percent", comparison: ">", figure: 99.5 },
      { metric: "error_percent", comparison: "<", figure: 0.5 },
      { metric: "security_incidents", comparison: "==", figure: 0 },
      { metric: "retention_percent", comparison: ">", figure: 80 },
      { metric: "satisfaction_of_10", comparison: ">", figure: 8 },
    ]);
  });

  test.each<[unknown, string]>([
    [{ description: 3 }, "phases.pilot.description: must say what the phase is"],
    [{ description: undefined }, "phases.pilot.description: is missing: must say what the phase is"],
    [{ stack: "" }, "phases.pilot.stack: must be the name of a stack"],
    [{ cohort: undefined }, `phases.pilot.cohort: is missing: ${COHORT}`],
    [{ cohort: {} }, `phases.pilot.cohort: ${COHORT}`],
    [{ cohort: { everybody: true, tenants: ["acme"] } }, `phases.pilot.cohort: ${COHORT}`],
    [{ cohort: { everybody: false } }, "phases.pilot.cohort.everybody: must be true, or left out"],
    [{ cohort: { tenants: [] } }, "phases.pilot.cohort.tenants: must name at least one tenant"],
    [{ cohort: { tenants: ["a", "a"] } }, "phases.pilot.cohort.tenants: must name each tenant once"],
    [
      { cohort: { tenants: ["a,b"] } },
      "phases.pilot.cohort.tenants[0]: must be the name of a tenant: up to 100 letters, digits, spaces and any of ._@+'&()-",
    ],
    [
      { cohort: { header: "green" } },
      'phases.pilot.cohort.header: must be a header, such as "x-rollout-track: green"',
    ],
    [
      { cohort: { cookie: "green" } },
      'phases.pilot.cohort.cookie: must be a cookie, such as "rollout-track=green"',
    ],
    [{ checkpoint: "last" }, 'phases.pilot.checkpoint: must name a checkpoint (first), not "last"'],
    [
      { checkpoint: "constructor" },
      'phases.pilot.checkpoint: must name a checkpoint (first), not "constructor"',
    ],
    [{ checkpoint: 1 }, "phases.pilot.checkpoint: must be the name of a checkpoint"],
    [
      { entry: [] },
      "phases.pilot.entry: must have at least one criterion: nothing measured is no reason to go",
    ],
    [{ entry: "users > 3" }, "phases.pilot.entry: must be a list of criteria"],
    [{ entry: ["users > many"] }, `phases.pilot.entry[0]: ${COMPARE}`],
    [{ noGo: ["users > 1", 3] }, `phases.pilot.noGo[1]: ${COMPARE}`],
    [{ weight: 10 }, "phases.pilot.weight: unknown key"],
  ])("with %j is refused", (wrong, mistake) => {
    const document = { checkpoints: CHECKPOINTS, phases: { pilot: { ...PHASE, ...(wrong as object) } } };
    expect(phasesMessage(document)).toBe(`phases.yaml has a mistake:\n  ${mistake}`);
  });

  test.each<[unknown, string]>([
    [null, "must be a map with the keys metrics, checkpoints and phases"],
    [{ phases: {} }, "phases: must have at least one phase"],
    [{ checkpoints: {} }, "phases: is missing: must be a map of phases"],
    [
      { phases: { Pilot: PHASE } },
      "phases.Pilot: the name of a phase is of lower-case letters, digits and -",
    ],
    [
      { phases: { pilot: PHASE }, checkpoints: { first: { day: -1, go: ["a > 1"] } } },
      "checkpoints.first.day: must be a whole number from 0 to 3650",
    ],
  ])("that is %j is refused", (document, mistake) => {
    expect(phasesMessage(document)).toBe(`phases.yaml has a mistake:\n  ${mistake}`);
  });

  test("says all mistakes at once", () => {
    const pilot = { ...PHASE, checkpoint: "last", entry: ["users"], extra: 1 };
    expect(phasesMessage({ phases: { pilot } })).toBe(
      [
        "phases.yaml has 3 mistakes:",
        `  phases.pilot.entry[0]: ${COMPARE}`,
        "  phases.pilot.extra: unknown key",
        '  phases.pilot.checkpoint: must name a checkpoint (there is none), not "last"',
      ].join("\n"),
    );
  });

  test("that isn't YAML says where", () => {
    expect(messageOf(() => parsePhases("phases.yaml", "phases: [\n"))).toMatch(
      /^phases.yaml has a mistake:\n {2}.* at line 2, column 1$/,
    );
  });
});

describe("a metrics file", () => {
  test("is YAML or JSON; a name without a value is not measured", () => {
    const wanted = new Map<string, unknown>([
      ["error_percent", 0.3],
      ["audit_passed", true],
    ]);
    expect(parseMetrics("m", "error_percent: 0.3\naudit_passed: true\nusers:\n")).toEqual(wanted);
    expect(parseMetrics("m", '{"error_percent": 0.3, "audit_passed": true, "users": null}')).toEqual(wanted);
  });

  test.each([
    ["", "must be a map of metrics, such as error_percent: 0.3"],
    ["- 1", "must be a map of metrics, such as error_percent: 0.3"],
    ["users: many", "users: must be a number, true or false"],
    ["users: .nan", "users: must be a number, true or false"],
    ["users: .inf", "users: must be a number, true or false"],
    ["users: {now: 3}", "users: must be a number, true or false"],
    ["Users: 3", "Users: a metric's name is of lower-case letters, digits and _"],
    ["product_quality: 11", "product_quality: must be a number from 0 to 10, not 11"],
    ["team_readiness: -0.1", "team_readiness: must be a number from 0 to 10, not -0.1"],
    ["market_readiness: true", "market_readiness: must be a number from 0 to 10, not true"],
    [
      "launch_score: 9",
      "launch_score: is worked out from product_quality, market_readiness, team_readiness, business_fundamentals",
    ],
  ])("%j is refused", (text, mistake) => {
    expect(messageOf(() => parseMetrics("m.yaml", text))).toBe(`m.yaml has a mistake:\n  ${mistake}`);
  });
});
