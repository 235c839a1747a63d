import { describe, expect, test } from "vitest";
import type { Value } from "../../../rollout/graph/model.ts";
import { differences } from "../../../rollout/preview/changes/differences.ts";
import { renamed } from "../../../rollout/preview/changes/identity.ts";
import { costOf } from "../../../rollout/preview/cost/cost.ts";
import { contains } from "../../../rollout/preview/dangers/network/ranges.ts";
import { timesAWeek } from "../../../rollout/preview/dangers/schedule.ts";
import { costText } from "../../../rollout/preview/render/words.ts";
import { sides } from "../../../rollout/preview/text.ts";
import { shippedGraph } from "../../support/shipped-graph.ts";

describe("how often a schedule fires in a week", () => {
  const schedules: [string, number | undefined][] = [
    ["cron(0 0/6 * * ? *)", 28],
    ["cron(0 0/12 * * ? *)", 14],
    ["cron(0 * * * ? *)", 168],
    ["cron(0 5 ? * SUN *)", 1],
    ["cron(0 5 ? * 2-6 *)", 5],
    ["cron(0 1,13 * * ? *)", 14],
    ["rate(1 day)", 7],
    ["rate(12 hours)", 14],
    ["cron(0 5 L * ? *)", undefined],
    ["daily", undefined],
  ];
  test.for(schedules)("%s: %s", ([schedule, expected]) => {
    expect(timesAWeek(schedule)).toBe(expected);
  });
});

describe("address ranges", () => {
  const ranges: [string, string, boolean][] = [
    ["0.0.0.0/0", "10.0.0.0/8", true],
    ["10.0.0.0/8", "0.0.0.0/0", false],
    ["10.0.0.0/8", "10.1.2.3/32", true],
    ["10.0.0.0/8", "11.0.0.0/16", false],
    ["::/0", "10.0.0.0/8", false],
    ["::/0", "2001:db8::/32", true],
    ["what", "what", true],
    ["what", "10.0.0.0/8", false],
  ];
  test.for(ranges)("%s holds %s: %s", ([wide, narrow, expected]) => {
    expect(contains(wide, narrow)).toBe(expected);
  });
});

describe("differences", () => {
  test("the order of a list is none", () => {
    expect(differences({ a: ["x", "y"] }, { a: ["y", "x"] })).toEqual([]);
    expect(
      differences(
        [
          { name: "x", n: 1 },
          { name: "y", n: 2 },
        ],
        [
          { name: "y", n: 2 },
          { name: "x", n: 1 },
        ],
      ),
    ).toEqual([]);
  });
  test("a new first element is one difference", () => {
    expect(differences([{ name: "x" }], [{ name: "a" }, { name: "x" }])).toEqual([
      { path: "[a]", before: undefined, after: { name: "a" } },
    ]);
  });
  test("elements without a name are paired by what they have in common, and the same difference is told once", () => {
    const notice = (percent: number, email: string) => ({ type: "ACTUAL", unit: "PERCENT", percent, email });
    expect(
      differences(
        [notice(80, "a@b"), notice(100, "a@b")],
        [notice(100, "c@d"), notice(80, "c@d")],
        "notices",
      ),
    ).toEqual([{ path: "notices.email", before: "a@b", after: "c@d" }]);
    expect(
      differences([{ a: 1 }, { b: 1, c: 2 }], [{ x: 1 }, { y: 1, z: 2 }], "all").map(({ path }) => path),
    ).toEqual(["all", "all", "all", "all"]);
  });
  test("an element that is only called something else is the same", () => {
    const rule = (name: string, at: string) => ({ name, at, vault: "v", days: 30 });
    expect(
      differences([rule("six", "0/6")], [rule("twelve", "0/12")], "rules").map(({ path }) => path),
    ).toEqual(["rules.at", "rules.name"]);
    expect(differences([{ name: "x", a: 1 }], [{ name: "y", b: 2 }], "r").map(({ path }) => path)).toEqual([
      "r[x]",
      "r[y]",
    ]);
  });
  test("an element of two alike that goes is seen", () => {
    expect(differences(["x", "x"], ["x"])).toHaveLength(1);
  });
});

describe("both sides of a difference", () => {
  const long = "a-word-".repeat(100);
  test("a long value is shown from a little before what differs", () => {
    const { before, after } = sides(`${long}8-hours`, `${long}14-hours`);
    expect([before, after]).toEqual([
      expect.stringMatching(/^….{40}8-hours$/),
      expect.stringMatching(/^….{40}14-hours$/),
    ]);
  });
  const sentence = (hours: number) =>
    `P2 of beta. No backup was completed for ${hours} hours, though one is due. See whether the plan names it.`;
  test("of a sentence with another number, the number and a few words; the rest is folded", () => {
    expect(sides(sentence(8), sentence(14))).toEqual({
      before: "…was completed for 8 hours, though one…",
      after: "…was completed for 14 hours, though one…",
      whole: sentence(14),
    });
  });
  test("of one that comes first or last, no more than there is", () => {
    const eleven = "a b c d e f g h i j k";
    expect(sides(`1 ${eleven}`, `2 ${eleven}`)).toMatchObject({ before: "1 a b c…", after: "2 a b c…" });
    expect(sides(`${eleven} 1`, `${eleven} 2`)).toMatchObject({ before: "…i j k 1", after: "…i j k 2" });
    expect(sides(`${eleven} 1`, eleven)).not.toHaveProperty("whole");
  });
  test("short texts, and those that mostly differ, are shown as they are", () => {
    expect(sides("due every 6 hours", "due every 12 hours")).toEqual({
      before: "due every 6 hours",
      after: "due every 12 hours",
    });
    const [one, other] = ["a b c d e f g h i j k l", "m n o p q r s t u v w l"];
    expect(sides(one, other)).toEqual({ before: one, after: other });
  });
  test("of a text, the lines that come and go; one that only comes takes nothing away", () => {
    expect(sides("a\nb\nc", "a\nx\nc")).toEqual({ before: "b", after: "x" });
    expect(sides("a\nb", "a\nb\nc")).toEqual({ after: "c" });
    expect(sides("a\nb", "b\na").after).toBe("only their order or spaces changed");
  });
});

test("an alias is the same resource, also where others name it", () => {
  const urn = (name: string) => `urn:pulumi:beta::rollout::aws:s3/bucket:Bucket::${name}`;
  const bucket = (name: string, aliases?: { name: string }[]) => ({
    urn: urn(name),
    type: "aws:s3/bucket:Bucket",
    name,
    custom: true,
    inputs: {},
    dependencies: [],
    options: aliases ? { aliases } : {},
  });
  const of = (resource: ReturnType<typeof bucket>) => ({
    version: 1 as const,
    project: "rollout",
    stack: "beta",
    resources: [resource],
    outputs: {},
  });
  const before = { ...of(bucket("old")), outputs: { arn: { $ref: { urn: urn("old"), property: "arn" } } } };
  const aligned = renamed(before, of(bucket("new", [{ name: "old" }])));
  expect(aligned.resources[0]?.urn).toBe(urn("new"));
  expect(aligned.outputs).toEqual({ arn: { $ref: { urn: urn("new"), property: "arn" } } });
});

describe("the monthly cost", () => {
  const server = (instanceType: string) => {
    const urn = (type: string) => `urn:pulumi:beta::rollout::${type}::blue`;
    const [template, group] = ["aws:ec2/launchTemplate:LaunchTemplate", "aws:autoscaling/group:Group"];
    const resource = (type: string, inputs: Record<string, Value>) => ({
      ...{ urn: urn(type), type, name: "blue", custom: true, inputs, dependencies: [], options: {} },
    });
    const launchTemplate = { id: { $ref: { urn: urn(template), property: "id" } } };
    return {
      ...{ version: 1 as const, project: "rollout", stack: "beta", outputs: {} },
      resources: [
        resource(template, { instanceType }),
        resource(group, { desiredCapacity: 2, launchTemplate }),
      ],
    };
  };

  test("has a date, a region and a source", () => {
    const { source } = costOf(server("t3.medium"), server("t3.large"));
    expect(source).toMatch(/^AWS price list \(aws\.amazon\.com\/pricing\).*, us-east-1, \d{4}-\d\d-\d\d/);
  });

  test.each(["beta", "prod"])(
    "has what %s's servers tell by the second: less than ten dollars",
    async (stack) => {
      const now = await shippedGraph(stack);
      const before = { ...now, resources: now.resources.filter(({ name }) => !name.endsWith("-seconds")) };
      const { lines } = costOf(before, now);
      expect(lines.map(({ what }) => what)).toEqual(lines.map(() => "its count by the second, as log"));
      const usd = lines.reduce((sum, { beforeUsd, afterUsd }) => sum + afterUsd! - beforeUsd!, 0);
      expect(usd).toBeGreaterThan(0.5);
      expect(usd).toBeLessThan(10);
    },
  );

  test("what has no price is unknown, and not money saved", () => {
    const cost = costOf(server("t3.medium"), server("x9.huge"));
    expect(cost).toMatchObject({
      beforeUsd: 60.74,
      lines: [{ resource: "blue", what: "servers", beforeUsd: 60.74, afterUsd: null }],
      unknown: ["blue: servers"],
    });
    expect(costText(cost)).toBe("about $0.00 a month without what is unknown, was $60.74");
  });
});
