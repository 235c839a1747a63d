import { describe, expect, test } from "vitest";
import { actionOf, splitIn } from "../../../rollout/platforms/aws/balancer/listener.ts";
import { sharesOf, splitOf } from "../../../rollout/platforms/aws/balancer/split.ts";
import { factsOf } from "../../../rollout/platforms/aws/deployment.ts";
import { deployment, GROUPS, LISTENER, URN } from "./example.ts";

describe("the forward action for weights", () => {
  test("is sorted as the program sorts it, and leaves out a track at 0", () => {
    expect(splitOf({ green: 10, blue: 90 }, GROUPS).groups).toEqual([
      { arn: GROUPS.blue, weight: 90 },
      { arn: GROUPS.green, weight: 10 },
    ]);
    expect(splitOf({ green: 0, blue: 100 }, GROUPS).groups).toEqual([{ arn: GROUPS.blue, weight: 100 }]);
  });

  test("says that ALB's own stickiness is off, always", () => {
    const split = splitOf({ blue: 100 }, GROUPS);
    expect(actionOf(split).ForwardConfig!.TargetGroupStickinessConfig).toEqual({
      Enabled: false,
      DurationSeconds: 1,
    });
  });

  test("reads back as it was written", () => {
    const split = splitOf({ blue: 75, green: 25 }, GROUPS);
    expect(splitIn([actionOf(split)])).toEqual(split);
  });

  test("isn't made for a track without a target group, or for weights that aren't", () => {
    expect(() => splitOf({ red: 100 }, GROUPS)).toThrow("track red has no target group");
    expect(() => splitOf({ blue: 90 }, GROUPS)).toThrow("they sum to 90");
  });
});

describe("the shares of a split", () => {
  const shares = (groups: { arn: string; weight: number }[]) => sharesOf({ groups }, GROUPS);

  test("are percents of every track, whatever the scale", () => {
    expect(shares([{ arn: GROUPS.blue, weight: 1 }])).toEqual({ blue: 100, green: 0 });
    expect(
      shares([
        { arn: GROUPS.blue, weight: 3 },
        { arn: GROUPS.green, weight: 1 },
      ]),
    ).toEqual({ blue: 75, green: 25 });
    expect(
      shares([
        { arn: GROUPS.blue, weight: 2 },
        { arn: GROUPS.green, weight: 1 },
      ]),
    ).toEqual({ blue: 66.67, green: 33.33 });
  });

  test("aren't guessed where traffic goes elsewhere or nowhere", () => {
    expect(() => shares([{ arn: "arn:other", weight: 1 }])).toThrow("a target group of no track: arn:other");
    expect(() => shares([{ arn: GROUPS.blue, weight: 0 }])).toThrow("every weight is 0");
  });
});

describe("a listener's default action", () => {
  test("may have the short form of one target group", () => {
    expect(splitIn([{ Type: "forward", TargetGroupArn: GROUPS.blue }])).toEqual({
      groups: [{ arn: GROUPS.blue, weight: 1 }],
    });
  });

  test("that isn't forward was changed by somebody", () => {
    expect(() => splitIn([{ Type: "fixed-response" }])).toThrow("is fixed-response, not forward");
    expect(() => splitIn([])).toThrow("is missing, not forward");
  });
});

describe("what the state tells", () => {
  test("is all that a rollout needs", () => {
    expect(factsOf(deployment())).toMatchObject({
      listenerArn: LISTENER,
      listenerUrn: URN,
      weights: { blue: 90, green: 10 },
      groups: { blue: { name: "beta-blue-1", servers: 2, maxServers: 4 } },
      journalBucket: "beta-journal-1234567",
      alertTopicArns: { P1: "arn:aws:sns:us-east-1:123456789012:beta-p1" },
    });
  });

  test("may be the short form of a listener with one target group, but not another action", () => {
    const short = deployment();
    short.resources![1]!.outputs!.defaultActions = [{ type: "forward", targetGroupArn: GROUPS.green }];
    expect(factsOf(short).weights).toEqual({ blue: 0, green: 100 });
    short.resources![1]!.outputs!.defaultActions = [{ type: "fixed-response" }];
    expect(() => factsOf(short)).toThrow("forwards to no track");
  });

  test("a stack that was never up, or before it had an output, is told so", () => {
    expect(() => factsOf({})).toThrow("the stack doesn't have the output listenerArn: run `pulumi up`");
    const older = deployment();
    delete older.resources![0]!.outputs!.journalBucket;
    expect(() => factsOf(older)).toThrow("the output journalBucket");
  });

  test("a stack that doesn't tell its topics yet has none: a rollback isn't kept from it", () => {
    const older = deployment();
    delete older.resources![0]!.outputs!.alertTopicArns;
    expect(factsOf(older).alertTopicArns).toEqual({});
  });

  test("a listener that the state doesn't hold isn't guessed", () => {
    const { resources } = deployment();
    expect(() => factsOf({ resources: resources!.filter(({ urn }) => urn !== URN) })).toThrow(
      "the HTTPS listener",
    );
  });
});
