import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import {
  DescribeRulesCommand,
  ModifyRuleCommand,
  type RuleCondition,
} from "@aws-sdk/client-elastic-load-balancing-v2";
import { SendCommandCommand } from "@aws-sdk/client-ssm";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { allAt, drifted, readingText } from "../../../rollout/core/reading.ts";
import type { AwsPlatform } from "../../../rollout/platforms/aws/platform.ts";
import { apiError, deployment, fakeEngine, GROUPS, LISTENER, ruleArn, URN } from "./example.ts";
import { fakeListener, mockedClients, platformOf } from "./fake-listener.ts";

const { elb, ssm } = mockedClients();

const TEXT = `config:
  rollout:tracks: { blue: { weight: 100 }, green: { weight: 0 } }
  rollout:stable: blue
  rollout:cohorts:
    pilots: # who asked for it
      to: green # since Monday
      users: { percent: 20 }
    staff: { to: green, path: [/staff/*] }
    later: { to: none, path: [/later/*] }
`;

interface ApiRule {
  RuleArn: string;
  Priority: string;
  Conditions: RuleCondition[];
  Actions: { Type: "forward"; TargetGroupArn: string }[];
}

const path = (value: string): RuleCondition[] => [
  { Field: "path-pattern", PathPatternConfig: { Values: [value] } },
];
const rule = (index: number, Priority: string, Conditions: RuleCondition[]): ApiRule => ({
  RuleArn: ruleArn(index),
  Priority,
  Conditions,
  Actions: [{ Type: "forward", TargetGroupArn: GROUPS.green }],
});
const URN_OF = (cohort: string) =>
  `urn:pulumi:beta::rollout::rollout:infra:Balancer$aws:lb/listenerRule:ListenerRule::beta-cohort-${cohort}-rule`;

let folder: string;
let file: string;
let real: Record<string, number>;
let rules: ApiRule[];
let engine: ReturnType<typeof fakeEngine>;
let platform: AwsPlatform;

function stateOf(weights: Record<string, number>, cohorts: Record<string, [number, string]>) {
  const state = deployment(weights);
  for (const [cohort, [index, priority]] of Object.entries(cohorts))
    state.resources!.push({
      urn: URN_OF(cohort),
      type: "aws:lb/listenerRule:ListenerRule",
      outputs: {
        arn: ruleArn(index),
        listenerArn: LISTENER,
        priority: Number(priority),
        // A cohort by its cookie has an expression, as the rules for sessions do.
        conditions: [{ httpHeader: { httpHeaderName: "cookie", regexValues: ["^rollout-user=(0[0-9])$"] } }],
        actions: [{ type: "forward", targetGroupArn: GROUPS.green }],
      },
    });
  return state;
}

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "cohorts-"));
  file = join(folder, "Pulumi.beta.yaml");
  await writeFile(file, TEXT);
  real = { blue: 100 };
  rules = [rule(1, "49150", path("/p")), rule(2, "49199", path("/staff/*")), rule(3, "49099", path("/t"))];
  ssm.on(SendCommandCommand).resolves({});
  fakeListener(elb, {
    read: () => real,
    write: (weights) => {
      real = weights;
    },
  });
  // Two pages.
  elb
    .on(DescribeRulesCommand)
    .callsFake(({ Marker }) =>
      Marker ? { Rules: rules.slice(1) } : { Rules: rules.slice(0, 1), NextMarker: "1" },
    );
  elb.on(ModifyRuleCommand).callsFake(({ RuleArn, Conditions }) => {
    rules.find((each) => each.RuleArn === RuleArn)!.Conditions = Conditions;
  });
  engine = fakeEngine(async () => {
    const text = await readFile(file, "utf8");
    const green = Number(/green: { weight: (\d+)/.exec(text)?.[1]);
    real = green === 0 ? { blue: 100 } : green === 100 ? { green: 100 } : { blue: 100 - green, green };
    if (!text.includes("to: green"))
      rules = rules.filter(({ Priority }) => Priority !== "49150" && Priority !== "49199");
    engine.state = deployment(real);
  });
  engine.state = stateOf(real, { pilots: [1, "49150"], staff: [2, "49199"] });
  platform = await platformOf(folder, engine);
});
afterEach(() => rm(folder, { recursive: true }));

const CLOSED = TEXT.replaceAll("to: green", "to: none");

describe("the cohorts of a stack", () => {
  test("are read from config and balancer, and are no drift", async () => {
    const reading = await platform.readWeights();
    const led = { pilots: "green", staff: "green" };
    expect(reading.cohorts).toEqual({ config: led, real: led });
    expect(drifted(reading, undefined)).toBe(false);
    expect(readingText(reading)).toBe(
      "config blue 100, state blue 100, balancer blue 100; cohorts: config pilots to green and staff to green, balancer pilots to green and staff to green",
    );
    // A rollback isn't there before they are closed.
    expect(allAt(reading, { blue: 100 })).toBe(false);
  });

  test("keep their servers", async () => {
    await expect(platform.drain("green")).rejects.toThrow(
      "the cohort pilots is led to green: close it first",
    );
  });

  test("stay led where a step gives the candidate a part of the traffic", async () => {
    await platform.setWeights({ blue: 90, green: 10 });
    expect(engine.ups.map(({ targets }) => targets)).toEqual([[URN]]);
    expect(await readFile(file, "utf8")).toBe(
      TEXT.replace("weight: 100", "weight: 90").replace("weight: 0", "weight: 10"),
    );
    expect(elb.commandCalls(ModifyRuleCommand)).toHaveLength(0);
  });
});

describe("a rollback", () => {
  test("ends them at the balancer before the engine is asked, then in the config; other rules stay", async () => {
    let then: unknown;
    const up = engine.up;
    engine.up = async (...words) => {
      then = { open: rules.map(({ Conditions }) => Conditions), text: await readFile(file, "utf8") };
      await up(...words);
    };
    await platform.setWeightsNow({ blue: 100 });
    const nobody = [{ Field: "host-header", HostHeaderConfig: { Values: ["cohort-closed.invalid"] } }];
    expect(then).toEqual({ open: [nobody, nobody, path("/t")], text: CLOSED });
    expect(engine.ups.map(({ targets }) => targets)).toEqual([[URN, URN_OF("pilots"), URN_OF("staff")]]);
    const reading = await platform.readWeights();
    expect(reading.cohorts).toEqual({ config: {}, real: {} });
    expect(allAt(reading, { blue: 100 })).toBe(true);
  });

  test("ends one that was opened behind the state's back", async () => {
    rules.push(rule(4, "49101", path("/new")));
    await platform.moveTraffic({ blue: 100 });
    expect(elb.commandCalls(ModifyRuleCommand)).toHaveLength(3);
    expect((await platform.readWeights()).cohorts?.real).toEqual({});
  });

  test("by a whole `up` ends them too, and isn't done until the balancer shows it", async () => {
    await platform.setWeights({ blue: 100 });
    expect(await readFile(file, "utf8")).toBe(CLOSED);
    rules.push(rule(4, "49101", path("/new")));
    await expect(platform.setWeights({ blue: 100 })).rejects.toThrow(
      `the balancer was told blue 100, it is at blue 100 and leads ${ruleArn(4)} to green`,
    );
  });

  test("that AWS refuses to end is no success", async () => {
    elb.on(ModifyRuleCommand).rejects(apiError("AccessDenied", 403));
    await expect(platform.moveTraffic({ blue: 100 })).rejects.toThrow("AccessDenied");
  });
});

test("the last step ends them, and so does another stable track", async () => {
  await platform.setWeights({ green: 100 });
  expect(await readFile(file, "utf8")).toContain("to: none # since Monday");
  await writeFile(file, TEXT);
  engine.state = stateOf({ blue: 100 }, { pilots: [1, "49150"], staff: [2, "49199"] });
  await platform.readWeights();
  await platform.setStable("green");
  expect(await readFile(file, "utf8")).toBe(CLOSED.replace("stable: blue", "stable: green"));
  expect(engine.ups.at(-1)?.targets).toEqual([URN_OF("pilots"), URN_OF("staff")]);
});

test("what is open at a third track stays open while a cohort is led there, and is let go when none is", async () => {
  const amber = GROUPS.green.replaceAll("green", "amber");
  const withAmber = () => {
    const state = deployment(real);
    Object.assign(state.resources![0]!.outputs!, { targetGroupArns: { ...GROUPS, amber } });
    return state;
  };
  engine.up = async () => {
    real = { blue: 90, green: 10 };
    engine.state = withAmber();
  };
  engine.state = withAmber();
  await platform.readWeights();
  rules[0]!.Actions = [{ Type: "forward", TargetGroupArn: amber }];
  await platform.setWeights({ blue: 90, green: 10 });
  expect(ssm.commandCalls(SendCommandCommand)).toHaveLength(0);
  rules = rules.slice(2);
  await platform.setWeights({ blue: 90, green: 10 });
  expect(ssm.commandCalls(SendCommandCommand)).toHaveLength(1);
});
