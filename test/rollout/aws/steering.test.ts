import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import {
  DescribeRulesCommand,
  ModifyListenerCommand,
  ModifyRuleCommand,
} from "@aws-sdk/client-elastic-load-balancing-v2";
import { PutParameterCommand, SendCommandCommand } from "@aws-sdk/client-ssm";
import { afterAll, afterEach, beforeEach, expect, test } from "vitest";
import { rulesAt } from "../../../infra/sessions/rules.ts";
import { factsOf } from "../../../rollout/platforms/aws/deployment.ts";
import type { AwsPlatform } from "../../../rollout/platforms/aws/platform.ts";
import { steeringPlatform } from "../../../rollout/platforms/aws/steering/platform.ts";
import { deployment, fakeClock, fakeEngine, ruleArn, SESSIONS, sessionRulesIn } from "./example.ts";
import { fakeListener, mockedClients, platformOf } from "./fake-listener.ts";
import { fakeS3 } from "./fake-s3.ts";

// A controller that has neither Pulumi nor program nor state: what was handed over, and AWS's API.

const { elb, ssm } = mockedClients();
const s3 = fakeS3();
afterAll(() => s3.mock.restore());

const KEY = "beta/handed.json";
const TEXT = `config:
  aws:region: us-east-1
  rollout:domain: beta.example.com
  rollout:tracks: { blue: { weight: 100 }, green: { weight: 0 } } # keep
  rollout:stable: blue
`;

let folder: string;
let real: Record<string, number>;
let rules: (readonly string[])[];
let engine: ReturnType<typeof fakeEngine>;
let events: string[];
/** Each life of the controller has its own folder. */
let lives = 0;

const patternsAt = (weights: Record<string, number>, draining?: string) =>
  rulesAt({ ...SESSIONS, draining }, weights).map(({ patterns }) => patterns);
const handed = () => JSON.parse(s3.objects.get(KEY)!.text);
const place = () => ({
  stack: "beta",
  region: "us-east-1",
  bucket: "beta-journal-1234567",
  folder: join(folder, String(lives++)),
  clock: fakeClock(),
});
const opened = async () => (await steeringPlatform(place(), "r1")).platform;

beforeEach(async () => {
  s3.reset();
  folder = await mkdtemp(join(tmpdir(), "handed-"));
  await writeFile(join(folder, "Pulumi.yaml"), "name: rollout\nruntime: nodejs\nmain: infra/index.ts\n");
  await writeFile(join(folder, "Pulumi.beta.yaml"), TEXT);
  real = { blue: 100, green: 0 };
  rules = patternsAt(real);
  events = [];
  ssm.on(SendCommandCommand).resolves({});
  ssm.on(PutParameterCommand).resolves({});
  fakeListener(elb, {
    read: () => real,
    write(weights) {
      real = weights;
      events.push(`listener, kept ${handed().files["Pulumi.beta.yaml"] === TEXT ? "old" : "new"}`);
    },
  });
  elb.on(DescribeRulesCommand).callsFake(() => ({
    Rules: rules.map((patterns, index) => ({
      RuleArn: ruleArn(index),
      Conditions: [
        { Field: "http-header", HttpHeaderConfig: { HttpHeaderName: "cookie", RegexValues: [...patterns] } },
      ],
    })),
  }));
  elb.on(ModifyRuleCommand).callsFake(({ RuleArn, Conditions }) => {
    rules[Number(RuleArn.split("/").at(-1))] = Conditions[0].HttpHeaderConfig.RegexValues;
    return {};
  });
  engine = fakeEngine();
  engine.state = deployment(real);
  engine.state.resources![0]!.outputs!.password = "a secret of the state";
  engine.state.resources!.push(
    ...sessionRulesIn(real),
    {
      urn: "urn:pulumi:beta::rollout::rollout:infra:Processes$aws:ssm/parameter:Parameter::beta-stable",
      type: "aws:ssm/parameter:Parameter",
      outputs: { name: "/rollout/beta/stable", value: "a secret of a parameter" },
    },
    { urn: "urn:x", type: "random:index/randomPassword:RandomPassword", outputs: { result: "a password" } },
  );
  const platform = await platformOf(folder, engine, { versions: async () => ({ green: "0123456789ab" }) });
  await platform.handOver("r1");
});
afterEach(() => rm(folder, { recursive: true }));

test("nothing secret of the state is handed over", () => {
  const { text } = s3.objects.get(KEY)!;
  expect(text).not.toMatch(/a secret|a password/);
  expect(factsOf(handed().deployment)).toEqual(factsOf(engine.state));
  expect(handed()).toMatchObject({ rollout: "r1", versions: { green: "0123456789ab" } });
});

test("what was handed over once is the controller's: asked again, nothing is written over it", async () => {
  await (await opened()).setWeights({ blue: 60, green: 40 });
  await (await platformOf(folder, fakeEngine(), { versions: async () => ({}) })).handOver("r1");
  await reads(await opened(), { blue: 60, green: 40 });
});

test("another rollout's is no answer", async () => {
  await expect(steeringPlatform(place(), "r2")).rejects.toThrow("r2 wasn't handed over");
});

test("a step is kept beside the journal before the balancer is told, and read back in all three places", async () => {
  const platform = await opened();
  await platform.setWeights({ blue: 60, green: 40 });
  expect(events).toEqual(["listener, kept new"]);
  expect(real).toEqual({ blue: 60, green: 40 });
  expect(rules).toEqual(patternsAt({ blue: 60, green: 40 }));
  await reads(platform, { blue: 60, green: 40 });
  expect(handed().files["Pulumi.beta.yaml"]).toBe(
    TEXT.replace("100", "60").replace("weight: 0 }", "weight: 40 }"),
  );
  // The team's own checkout is nobody's but theirs.
  expect(await readFile(join(folder, "Pulumi.beta.yaml"), "utf8")).toBe(TEXT);
});

test("whoever comes after one that was killed reads what it has left", async () => {
  await (await opened()).setWeights({ blue: 60, green: 40 });
  await reads(await opened(), { blue: 60, green: 40 });
  await (await opened()).setWeightsNow({ blue: 100 });
  await reads(await opened(), { blue: 100, green: 0 });
});

test("stable keeps its sessions at the last step, by the rules as the program would make them", async () => {
  const platform = await opened();
  await platform.setWeights({ green: 100 }, "blue");
  expect(rules).toEqual(patternsAt({ blue: 0, green: 100 }, "blue"));
  expect((await platform.readWeights()).draining).toEqual({ config: "blue", state: "blue", real: "blue" });
  await platform.setWeights({ green: 100 });
  expect(rules).toEqual(patternsAt({ blue: 0, green: 100 }));
});

test("the promotion names the stable track where the servers look, and leaves the rules to the next up", async () => {
  const platform = await opened();
  await platform.setWeights({ green: 100 });
  await platform.setStable("green");
  expect(ssm.commandCalls(PutParameterCommand).at(-1)!.args[0].input).toEqual({
    Name: "/rollout/beta/stable",
    Value: "green",
    Overwrite: true,
  });
  expect(rules).toEqual(patternsAt({ blue: 0, green: 100 }));
  expect(await platform.readWeights()).toMatchObject({ stable: "green", real: { blue: 0, green: 100 } });
});

test("two that steer at once don't overwrite each other's: the later one is refused before it tells the balancer", async () => {
  const asleep = await opened();
  await (await opened()).setWeights({ blue: 60, green: 40 });
  const told = elb.commandCalls(ModifyListenerCommand).length;
  await expect(asleep.setWeights({ blue: 20, green: 80 })).rejects.toThrow("somebody else wrote");
  expect(elb.commandCalls(ModifyListenerCommand)).toHaveLength(told);
});

test("it deploys nothing", async () => {
  await expect((await opened()).deploy("green")).rejects.toThrow();
  expect(elb.commandCalls(ModifyListenerCommand)).toEqual([]);
});

async function reads(platform: AwsPlatform, weights: Record<string, number>): Promise<void> {
  expect(await platform.readWeights()).toMatchObject({ config: weights, state: weights, real: weights });
}
