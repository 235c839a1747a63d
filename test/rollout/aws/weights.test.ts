import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import {
  DescribeListenersCommand,
  DescribeRulesCommand,
  ModifyListenerCommand,
} from "@aws-sdk/client-elastic-load-balancing-v2";
import { SendCommandCommand } from "@aws-sdk/client-ssm";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { actionOf } from "../../../rollout/platforms/aws/balancer/listener.ts";
import { splitOf } from "../../../rollout/platforms/aws/balancer/split.ts";
import type { AwsPlatform } from "../../../rollout/platforms/aws/platform.ts";
import { apiError, deployment, fakeEngine, GROUPS, LISTENER, URN } from "./example.ts";
import { fakeListener, mockedClients, platformOf } from "./fake-listener.ts";

const { elb, ssm } = mockedClients();

const TEXT =
  "config:\n  rollout:tracks: { blue: { weight: 90 }, green: { weight: 10 } } # keep\n  rollout:stable: blue\n";

let folder: string;
let real: Record<string, number>;
/** What happened, in order. */
let events: string[];
let engine: ReturnType<typeof fakeEngine>;
let platform: AwsPlatform;
/** What Pulumi, and the platform beside it, have said. */
let said: string;

const configText = () => readFile(join(folder, "Pulumi.beta.yaml"), "utf8");

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "weights-"));
  await writeFile(join(folder, "Pulumi.beta.yaml"), TEXT);
  real = { blue: 90, green: 10 };
  events = [];
  said = "";
  ssm.on(SendCommandCommand).callsFake(() => {
    events.push("release");
    return {};
  });
  elb.on(DescribeRulesCommand).resolves({ Rules: [] });
  fakeListener(elb, {
    read: () => real,
    async write(weights) {
      real = weights;
      events.push(`api with config ${(await configText()) === TEXT ? "old" : "new"}`);
    },
  });
  // As the engine does: what the config says comes true.
  engine = fakeEngine(async () => {
    const [blue, green] = [...(await configText()).matchAll(/weight: (\d+)/g)].map(([, n]) => Number(n));
    real = { blue: blue!, green: green! };
    const [, , ...others] = engine.state.resources!;
    engine.state = deployment(real);
    engine.state.resources!.push(...others);
    events.push("up");
  });
  platform = await platformOf(folder, engine, {
    onOutput: (text) => {
      said += text;
    },
  });
});
afterEach(() => rm(folder, { recursive: true }));

describe("a step", () => {
  test("goes by the config and an `up` of the listener alone; the API isn't asked to change anything", async () => {
    await platform.setWeights({ blue: 75, green: 25 });
    expect(events).toEqual(["up"]);
    expect(engine.ups).toEqual([{ targets: [URN], message: "rollout: blue 75 green 25" }]);
    expect(await configText()).toBe(TEXT.replace("90", "75").replace("10", "25"));
    expect(await platform.readWeights()).toMatchObject({
      config: { blue: 75, green: 25 },
      stable: "blue",
      state: { blue: 75, green: 25 },
      real: { blue: 75, green: 25 },
    });
  });

  test("isn't done until the balancer shows it", async () => {
    engine.up = async () => {}; // says that it succeeded
    await expect(platform.setWeights({ blue: 75, green: 25 })).rejects.toThrow(
      "the balancer was told blue 75 green 25, it is at blue 90 green 10",
    );
  });

  test("waits out an API that answers with the old split for a moment", async () => {
    let late = 3;
    elb.on(DescribeListenersCommand).callsFake(() => {
      const shown = late-- > 0 ? { blue: 90, green: 10 } : real;
      return { Listeners: [{ DefaultActions: [actionOf(splitOf(shown, GROUPS))] }] };
    });
    await platform.setWeights({ blue: 50, green: 50 });
    expect(late).toBe(-1);
  });

  test.each([
    ["refuses", () => elb.on(DescribeListenersCommand).rejects(apiError("AccessDenied", 403))],
    ["knows no listener", () => elb.on(DescribeListenersCommand).resolves({ Listeners: [] })],
    [
      "shows a target group of nobody's",
      () =>
        elb.on(DescribeListenersCommand).resolves({
          Listeners: [{ DefaultActions: [{ Type: "forward", TargetGroupArn: "arn:other" }] }],
        }),
    ],
  ])("fails when the API %s while it verifies", async (_, breaks) => {
    breaks();
    await expect(platform.setWeights({ blue: 75, green: 25 })).rejects.toThrow();
    await expect(platform.readWeights()).rejects.toThrow();
    await expect(platform.readRealWeights()).rejects.toThrow();
  });

  test("to a track that doesn't exist writes nothing", async () => {
    await expect(platform.setWeights({ red: 100 })).rejects.toThrow("track red has no target group");
    expect(await configText()).toBe(TEXT);
    expect(events).toEqual([]);
  });

  test("of which the engine fails is told, and leaves the config for the next attempt", async () => {
    engine.up = async () => {
      throw new Error("no credentials");
    };
    await expect(platform.setWeights({ blue: 75, green: 25 })).rejects.toThrow("no credentials");
    expect(real).toEqual({ blue: 90, green: 10 });
  });
});

describe("the emergency", () => {
  test("sets the balancer first, then writes the config, then reconciles the engine", async () => {
    await platform.setWeightsNow({ blue: 100 });
    expect(events).toEqual(["api with config old", "release", "up"]);
    expect(engine.ups.map(({ targets }) => targets)).toEqual([[URN]]);
    expect(await platform.readWeights()).toMatchObject({
      config: { blue: 100, green: 0 },
      stable: "blue",
      state: { blue: 100, green: 0 },
      real: { blue: 100, green: 0 },
    });
    expect(await configText()).toContain("# keep");
  });

  test("takes the candidate out of the forward action: it doesn't stay at weight 0", async () => {
    await platform.setWeightsNow({ blue: 100, green: 0 });
    const [call] = elb.commandCalls(ModifyListenerCommand);
    expect(call!.args[0].input).toEqual({
      ListenerArn: LISTENER,
      DefaultActions: [
        {
          Type: "forward",
          ForwardConfig: {
            TargetGroups: [{ TargetGroupArn: GROUPS.blue, Weight: 100 }],
            TargetGroupStickinessConfig: { Enabled: false, DurationSeconds: 1 },
          },
        },
      ],
    });
  });

  test("changes nothing else when the API refuses", async () => {
    elb.on(ModifyListenerCommand).rejects(apiError("Throttling", 400));
    await expect(platform.setWeightsNow({ blue: 100 })).rejects.toThrow("Throttling");
    expect(await configText()).toBe(TEXT);
    expect(engine.ups).toEqual([]);
  });

  test("has moved the traffic also when the rest fails, and says what is left to do", async () => {
    engine.up = async () => {
      throw new Error("the state is locked");
    };
    await expect(platform.setWeightsNow({ blue: 100 })).rejects.toThrow(
      "the balancer was set to blue 100, but the next `pulumi up` may undo it: the state is locked",
    );
    expect(real).toEqual({ blue: 100 });
    expect(await configText()).toContain("blue: { weight: 100 }");
  });

  test("may be repeated", async () => {
    await platform.setWeightsNow({ blue: 100 });
    await platform.setWeightsNow({ blue: 100 });
    expect(await platform.readRealWeights()).toEqual({ blue: 100, green: 0 });
  });
});

describe("what is open at a track that has lost its traffic", () => {
  test("is let go, by the stack's own document, at that track's servers alone", async () => {
    await platform.setWeights({ blue: 0, green: 100 });
    expect(events).toEqual(["up", "release"]);
    expect(ssm.commandCalls(SendCommandCommand)[0]!.args[0].input).toMatchObject({
      DocumentName: "beta-release-1234567",
      Targets: [
        { Key: "tag:stack", Values: ["beta"] },
        { Key: "tag:track", Values: ["blue"] },
      ],
    });
  });

  test("stays while the track has a share", async () => {
    await platform.setWeights({ blue: 50, green: 50 });
    expect(events).toEqual(["up"]);
  });

  test.each([
    ["AWS refuses", () => ssm.on(SendCommandCommand).rejects(apiError("AccessDenied", 403)), /AccessDenied/],
    [
      "the stack was last up before there was a document",
      () => {
        delete engine.state.resources![0]!.outputs!.releaseDocument;
      },
      /pulumi up/,
    ],
  ])("is told of and stays when %s: the traffic has moved all the same", async (_, breaks, why) => {
    breaks();
    await platform.readWeights();
    await platform.setWeightsNow({ blue: 100 });
    expect(real).toEqual({ blue: 100, green: 0 });
    expect(said).toMatch(/^What is open at green stays open: /);
    expect(said).toMatch(why);
  });
});

test("the stable track is written and nothing moves", async () => {
  await platform.setStable("green");
  expect(await configText()).toBe(TEXT.replace("stable: blue", "stable: green"));
  expect(events).toEqual([]);
});

describe("with workers and jobs", () => {
  const own = (name: string) =>
    `urn:pulumi:beta::rollout::rollout:infra:Tracks$rollout:infra:Processes$aws:ssm/parameter:Parameter::beta-${name}`;
  const followed = [own("stable"), own("traffic")];

  beforeEach(async () => {
    const type = "aws:ssm/parameter:Parameter";
    const other = { urn: "urn:pulumi:beta::rollout::aws:ssm/parameter:Parameter::team", type };
    engine.state.resources!.push(...followed.map((urn) => ({ urn, type })), other);
    await platform.readWeights();
  });

  test("the servers are told of another stable track, and nobody else of anything", async () => {
    await platform.setStable("green");
    expect(await configText()).toBe(TEXT.replace("stable: blue", "stable: green"));
    expect(engine.ups).toEqual([{ targets: followed, message: "rollout: stable is green" }]);
  });

  test("and of the tracks with traffic, whenever weights are set", async () => {
    await platform.setWeights({ blue: 50, green: 50 });
    await platform.setWeightsNow({ blue: 100 });
    expect(engine.ups.map(({ targets }) => targets)).toEqual([
      [URN, ...followed],
      [URN, ...followed],
    ]);
  });
});

test("a state that can't be read stops the reading of weights", async () => {
  engine.deployment = async () => {
    throw new Error("the backend is away");
  };
  await expect(platform.readWeights()).rejects.toThrow("the backend is away");
});
