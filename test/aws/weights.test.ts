import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import {
  DeleteListenerCommand,
  ElasticLoadBalancingV2Client,
  ModifyListenerCommand,
} from "@aws-sdk/client-elastic-load-balancing-v2";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { weightsIn } from "../../rollout/config/weights.ts";
import { Listener } from "../../rollout/platforms/aws/balancer/listener.ts";
import { splitOf } from "../../rollout/platforms/aws/balancer/split.ts";
import { type AwsPlatform, awsPlatform } from "../../rollout/platforms/aws/platform.ts";
import { fakeEngine } from "../rollout/aws/example.ts";
import { Moto, motoThere, skipped } from "./moto.ts";
import { type MadeStack, makeStack } from "./stack.ts";

const TEXT =
  "config:\n  rollout:tracks: { blue: { weight: 90 }, green: { weight: 10 } } # keep\n  rollout:stable: blue\n";

describe.skipIf(!motoThere)(`${skipped}a listener that keeps its weights`, () => {
  let moto: Moto;
  let stack: MadeStack;
  let folder: string;
  let platform: AwsPlatform;
  let ups: number;

  const configText = () => readFile(join(folder, "Pulumi.beta.yaml"), "utf8");

  beforeAll(async () => {
    moto = await Moto.start();
    stack = await makeStack(moto);
  });
  afterAll(() => moto?.stop());
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), "aws-weights-"));
    await writeFile(join(folder, "Pulumi.beta.yaml"), TEXT);
    ups = 0;
    // In place of Pulumi: what the config says comes true, by the same API.
    const engine = fakeEngine(async () => {
      const weights = weightsIn(await configText());
      await real().set(splitOf(weights, stack.targetGroupArns));
      engine.state = stack.state(weights);
      ups++;
    });
    engine.state = stack.state({ blue: 90, green: 10 });
    await real().set(splitOf({ blue: 90, green: 10 }, stack.targetGroupArns));
    platform = await awsPlatform({ projectDir: folder, stack: "beta", slowMs: 500, engine });
  });
  afterEach(() => rm(folder, { recursive: true }));

  const real = () => new Listener("us-east-1", stack.listenerArn);

  test("says them, and they agree with config and state", async () => {
    const weights = { blue: 90, green: 10 };
    expect(await platform.readWeights()).toMatchObject({ config: weights, state: weights, real: weights });
  });

  test("is moved step by step, to the end and back", async () => {
    for (const weights of [
      { blue: 75, green: 25 },
      { blue: 0, green: 100 },
      { blue: 50, green: 50 },
    ]) {
      await platform.setWeights(weights);
      expect(await platform.readWeights()).toMatchObject({ config: weights, state: weights, real: weights });
    }
    expect(ups).toBe(3);
    expect(await configText()).toBe(TEXT.replace("90", "50").replace("10 }", "50 }"));
  });

  test("is rolled back at once: the candidate is no longer in the forward action", async () => {
    await platform.setWeightsNow({ blue: 100 });
    expect((await real().read()).groups).toEqual([{ arn: stack.targetGroupArns.blue, weight: 100 }]);
    const weights = { blue: 100, green: 0 };
    expect(await platform.readWeights()).toMatchObject({ config: weights, state: weights, real: weights });
  });

  test("that somebody else moved is seen as it is, beside what config and state say", async () => {
    await real().set(splitOf({ blue: 40, green: 60 }, stack.targetGroupArns));
    expect(await platform.readWeights()).toMatchObject({
      config: { blue: 90, green: 10 },
      state: { blue: 90, green: 10 },
      real: { blue: 40, green: 60 },
    });
  });

  test("that somebody else turned into something else stops the reading", async () => {
    const fixed = { Type: "fixed-response" as const, FixedResponseConfig: { StatusCode: "503" } };
    await new ElasticLoadBalancingV2Client({}).send(
      new ModifyListenerCommand({ ListenerArn: stack.listenerArn, DefaultActions: [fixed] }),
    );
    await expect(platform.readRealWeights()).rejects.toThrow("is fixed-response, not forward");
  });

  test("has healthy servers for the share of a track, and more when asked", async () => {
    expect(await platform.capacity("blue", 100)).toEqual({
      asked: 2,
      healthy: 2,
      need: 2,
      most: 4,
      enough: true,
    });
    await platform.restoreCapacity("blue", 3);
    expect(await platform.capacity("blue", 100)).toMatchObject({ asked: 3, healthy: 3, need: 4 });
    await expect(platform.restoreCapacity("blue", 5)).rejects.toThrow("may have 4 servers");
  });

  test("lets go of a track's servers only once it carries nothing", async () => {
    await expect(platform.drain("green")).rejects.toThrow("green carries 10 % of the traffic");
    await platform.setWeights({ blue: 100 });
    await platform.drain("green");
    expect(await platform.capacity("green", 100)).toMatchObject({ asked: 1, enough: false });
    await platform.restoreCapacity("green", 3);
    expect(await platform.capacity("green", 100)).toMatchObject({ asked: 3, enough: true });
  });

  // The last: nothing is left after it.
  test("that is gone stops everything", async () => {
    await new ElasticLoadBalancingV2Client({}).send(
      new DeleteListenerCommand({ ListenerArn: stack.listenerArn }),
    );
    await expect(platform.readWeights()).rejects.toThrow();
    await expect(platform.setWeightsNow({ blue: 100 })).rejects.toThrow();
    expect(await configText()).toBe(TEXT);
  });
});
