import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { DescribeRulesCommand, ModifyRuleCommand } from "@aws-sdk/client-elastic-load-balancing-v2";
import { SendCommandCommand } from "@aws-sdk/client-ssm";
import { afterEach, beforeEach, expect, test } from "vitest";
import { rulesAt } from "../../../infra/sessions/rules.ts";
import { drainingOf, weightsIn } from "../../../rollout/config/weights.ts";
import { type AwsPlatform, awsPlatform } from "../../../rollout/platforms/aws/platform.ts";
import {
  apiError,
  deployment,
  fakeClock,
  fakeEngine,
  ruleArn,
  SESSIONS,
  sessionRulesIn,
  URN,
} from "./example.ts";
import { fakeListener, mockedClients, platformOf } from "./fake-listener.ts";

const { elb, ssm } = mockedClients();

const config = (blue: number, green: number) =>
  `config:\n  rollout:tracks: { blue: { weight: ${blue} }, green: { weight: ${green} } }\n  rollout:stable: blue\n`;

let folder: string;
let real: Record<string, number>;
/** What each rule looks for, in the order in which they are asked. */
let rules: (readonly string[])[];
let engine: ReturnType<typeof fakeEngine>;
let platform: AwsPlatform;

const patternsAt = (weights: Record<string, number>, draining?: string) =>
  rulesAt({ ...SESSIONS, draining }, weights).map(({ patterns }) => patterns);
const stateAt = (weights: Record<string, number>, sessions = SESSIONS) => {
  const state = deployment(weights);
  state.resources!.push(...sessionRulesIn(weights, sessions));
  return state;
};

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "session-rules-"));
  const file = join(folder, "Pulumi.beta.yaml");
  await writeFile(file, config(90, 10));
  real = { blue: 90, green: 10 };
  rules = patternsAt(real);
  ssm.on(SendCommandCommand).resolves({});
  fakeListener(elb, {
    read: () => real,
    write: (weights) => {
      real = weights;
    },
  });
  // Two pages, and a tester's rule among them.
  elb.on(DescribeRulesCommand).callsFake(({ Marker }) => {
    const all = rules.map((patterns, index) => ({
      RuleArn: ruleArn(index),
      Conditions: [
        { Field: "http-header", HttpHeaderConfig: { HttpHeaderName: "cookie", RegexValues: [...patterns] } },
      ],
    }));
    const tester = {
      RuleArn: "arn:tester",
      Conditions: [
        { Field: "http-header", HttpHeaderConfig: { HttpHeaderName: "x-rollout-track", Values: ["blue"] } },
      ],
    };
    return Marker ? { Rules: all.slice(2) } : { Rules: [tester, ...all.slice(0, 2)], NextMarker: "2" };
  });
  elb.on(ModifyRuleCommand).callsFake(({ RuleArn, Conditions }) => {
    const index = rules.findIndex((_, each) => ruleArn(each) === RuleArn);
    rules[index] = Conditions[0].HttpHeaderConfig.RegexValues;
  });
  engine = fakeEngine(async () => {
    const text = await readFile(file, "utf8");
    real = weightsIn(text);
    rules = patternsAt(real, drainingOf(text));
    engine.state = stateAt(real, { ...SESSIONS, draining: drainingOf(text) });
  });
  engine.state = stateAt(real);
  platform = await platformOf(folder, engine);
});
afterEach(() => rm(folder, { recursive: true }));

test("a step is an `up` of the listener and of its rules for sessions", async () => {
  await platform.setWeights({ blue: 75, green: 25 });
  expect(engine.ups).toHaveLength(1);
  expect(engine.ups[0]!.targets).toEqual([URN, ...sessionRulesIn({ blue: 100 }).map(({ urn }) => urn)]);
  expect(elb.commandCalls(ModifyRuleCommand)).toHaveLength(0);
});

test("a step after which the rules know of another version is done all the same", async () => {
  const tags = { ...SESSIONS.tags, green: "green.0000cccc" };
  engine.up = async () => {
    real = { blue: 75, green: 25 };
    rules = rulesAt({ ...SESSIONS, tags }, real).map(({ patterns }) => patterns);
    engine.state = stateAt(real, { ...SESSIONS, tags });
  };
  await platform.setWeights({ blue: 75, green: 25 });
  expect(await platform.readRealWeights()).toEqual({ blue: 75, green: 25 });
});

test("another stable track is an `up` of the rules", async () => {
  await platform.setStable("green");
  expect(engine.ups.map(({ targets }) => targets)).toEqual([
    sessionRulesIn({ blue: 100 }).map(({ urn }) => urn),
  ]);
});

test("in an emergency the rules lose the candidate's browsers with the listener, before the engine is asked", async () => {
  let then: unknown;
  const up = engine.up;
  engine.up = async (...words) => {
    then = { real, rules: [...rules] };
    await up(...words);
  };
  await platform.setWeightsNow({ blue: 100 });
  expect(then).toEqual({ real: { blue: 100 }, rules: patternsAt({ blue: 100 }) });
  // Green's session and its number; what is right already isn't touched.
  expect(
    elb
      .commandCalls(ModifyRuleCommand)
      .map(({ args }) => args[0].input.RuleArn)
      .sort(),
  ).toEqual([ruleArn(1), ruleArn(3)].sort());
});

test("a rule that doesn't fit the listener's weights isn't read as a split", async () => {
  rules = patternsAt({ blue: 75, green: 25 });
  const why = `a rule of the listener that keeps browsers with green doesn't fit its weights: ${ruleArn(3)}`;
  await expect(platform.readRealWeights()).rejects.toThrow(why);
  await expect(platform.readWeights()).rejects.toThrow(why);
});

test("a step isn't done until the rules show it, and an emergency says which rule didn't follow", async () => {
  elb.on(ModifyRuleCommand).resolves({});
  await expect(platform.moveTraffic({ blue: 100 })).rejects.toThrow(
    "the balancer was told blue 100, a rule of the listener that keeps browsers with green doesn't fit",
  );
  elb.on(ModifyRuleCommand).rejects(apiError("Throttling", 400));
  await expect(platform.moveTraffic({ blue: 100 })).rejects.toThrow("Throttling");
});

test("a stack from before there were such rules is read and moved as ever", async () => {
  engine.state = deployment(real);
  platform = await platformOf(folder, engine);
  rules = [];
  expect(await platform.readRealWeights()).toEqual({ blue: 90, green: 10 });
  await platform.moveTraffic({ blue: 100 });
  expect(elb.commandCalls(ModifyRuleCommand)).toHaveLength(0);
});

const GREEN = { blue: 0, green: 100 };
const file = () => readFile(join(folder, "Pulumi.beta.yaml"), "utf8");

test("at the last step stable's rule for sessions stays, in config, in state and on the balancer, and its connections stay open", async () => {
  await platform.setWeights(GREEN, "blue");
  expect(await file()).toBe(`${config(0, 100)}  rollout:draining: blue\n`);
  expect(rules[0]).toEqual(patternsAt({ blue: 50, green: 50 })[0]);
  expect(rules.slice(1)).toEqual(patternsAt(GREEN).slice(1));
  expect(await platform.readRealWeights()).toEqual(GREEN);
  expect(await platform.readWeights()).toMatchObject({
    config: GREEN,
    state: GREEN,
    real: GREEN,
    stable: "blue",
    draining: { config: "blue", state: "blue", real: "blue" },
  });
  expect(ssm.commandCalls(SendCommandCommand)).toHaveLength(0);
  await expect(platform.drain("blue")).rejects.toThrow("blue still keeps the sessions that it has");
});

test("at the end of the drain it is another `up`, and what is open there is let go", async () => {
  await platform.setWeights(GREEN, "blue");
  await platform.setWeights(GREEN);
  expect(engine.ups).toHaveLength(2);
  expect(await file()).toBe(config(0, 100));
  expect(rules).toEqual(patternsAt(GREEN));
  expect((await platform.readWeights()).draining).toEqual({});
  const [released] = ssm.commandCalls(SendCommandCommand);
  expect(JSON.stringify(released!.args[0].input)).toContain("blue");
});

test("a rollback in the drain is one act, and leaves no trace of it", async () => {
  await platform.setWeights(GREEN, "blue");
  await platform.setWeightsNow({ blue: 100 });
  expect(await file()).toBe(config(100, 0));
  expect(rules).toEqual(patternsAt({ blue: 100 }));
  expect((await platform.readWeights()).draining).toEqual({});
});

test("an emergency that leaves stable leaves its sessions, too", async () => {
  await platform.setWeights(GREEN, "blue");
  await platform.moveTraffic(GREEN);
  expect(rules).toEqual(patternsAt(GREEN));
  // Config and state say otherwise until they are brought up: each is told for itself.
  expect((await platform.readWeights()).draining).toEqual({ config: "blue", state: "blue" });
});

test("an `up` that doesn't do it isn't taken for one that did", async () => {
  const blind = fakeEngine();
  blind.state = stateAt(real);
  platform = await awsPlatform({
    projectDir: folder,
    stack: "beta",
    slowMs: 500,
    engine: blind,
    clock: fakeClock(),
  });
  real = GREEN;
  rules = patternsAt(GREEN);
  await expect(platform.setWeights(GREEN, "blue")).rejects.toThrow(
    "the balancer was told green 100 (blue keeps its sessions), it is at green 100",
  );
});

test("two tracks that keep sessions without weight are no drain of ours", async () => {
  rules = [...patternsAt(GREEN)];
  rules[0] = [...patternsAt({ blue: 50, green: 50 })[0]!];
  rules[1] = [...patternsAt({ blue: 100 })[1]!];
  real = GREEN;
  await expect(platform.readRealWeights()).rejects.toThrow(
    "keeps browsers with green doesn't fit its weights",
  );
});

test("where no rule keeps sessions a drain is no more than the weights", async () => {
  engine = fakeEngine(async () => {
    real = weightsIn(await file());
    engine.state = deployment(real);
  });
  engine.state = deployment(real);
  rules = [];
  platform = await platformOf(folder, engine);
  await platform.setWeights(GREEN, "blue");
  expect(await platform.readWeights()).not.toHaveProperty("draining");
});
