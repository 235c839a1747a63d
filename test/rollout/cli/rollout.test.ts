import { spawnSync } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, rmSync } from "node:fs";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { text } from "node:stream/consumers";
import { describe, expect, it, test, vi } from "vitest";
import { parsed } from "../../../rollout/cli/rollout/shift.ts";
import { tellerOf, topicsIn, webhooksIn } from "../../../rollout/cli/tell.ts";
import { Misuse } from "../../../rollout/errors.ts";
import { noticeOf } from "../../../rollout/notify/notice.ts";
import type { JournalEntry } from "../../../rollout/platforms/platform.ts";

const ROOT = join(import.meta.dirname, "..", "..", "..");

function rollout(...args: string[]) {
  const { status, stdout, stderr } = spawnSync(join(ROOT, "bin", "rollout"), args, {
    cwd: ROOT,
    encoding: "utf8",
    env: { ...process.env, ROLLOUT_ON: undefined },
  });
  return { status, stdout, stderr };
}

describe("weights on the command line", () => {
  it("are track=percent", () => {
    expect(parsed(["blue=75", "green=25"])).toEqual({ blue: 75, green: 25 });
    expect(parsed(["blue=100"])).toEqual({ blue: 100 });
  });
  it.each([
    [["blue"], "a weight is such as blue=75, not blue"],
    [["blue=7.5"], "a weight is such as blue=75, not blue=7.5"],
    [["blue=-1"], "a weight is such as blue=75, not blue=-1"],
    [["blue=50", "blue=50"], "a track is named twice"],
    [["blue=50", "green=40"], "weights must sum to 100, they sum to 90"],
  ])("%j is refused", (words, message) => {
    expect(() => parsed(words)).toThrow(message);
    expect(() => parsed(words)).toThrow(Misuse);
  });
});

describe("who is told", () => {
  it("is read from the environment", () => {
    expect(webhooksIn(" https://a.example/x\nhttps://b.example/y ").map(({ name }) => name)).toEqual([
      "webhook at a.example",
      "webhook at b.example",
    ]);
    expect(topicsIn("P1=arn:aws:sns:eu-west-1:1:p1")).toEqual({ P1: "arn:aws:sns:eu-west-1:1:p1" });
    expect(() => tellerOf({ noticesFile: "x", say: () => {} }, {})).not.toThrow();
  });
  it("is the stack's own topics, where the environment names no others", async () => {
    const folder = mkdtempSync(join(tmpdir(), "notices-"));
    const heard: string[] = [];
    const topics = createServer(async (request, response) => {
      heard.push(new URLSearchParams(await text(request)).get("TopicArn")!);
      response.end(
        "<PublishResponse><PublishResult><MessageId>1</MessageId></PublishResult></PublishResponse>",
      );
    }).listen(0, "127.0.0.1");
    await once(topics, "listening");
    vi.stubEnv("AWS_ENDPOINT_URL", `http://127.0.0.1:${(topics.address() as AddressInfo).port}`);
    for (const name of ["AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"]) vi.stubEnv(name, "test");
    const stage = {
      noticesFile: join(folder, "notices"),
      say: (line: string) => void heard.push(line),
      topicArns: { P1: "arn:aws:sns:eu-west-1:1:stack-p1" },
    };
    const entry: JournalEntry = { kind: "stopped", reason: "test", at: 1, by: "test" };
    const notice = noticeOf(entry, { stack: "beta", stable: "blue", candidate: "green" });
    for (const env of [{}, { ROLLOUT_SNS_TOPICS: "P1=arn:aws:sns:eu-west-1:1:mine" }]) {
      const teller = tellerOf(stage, env);
      teller.tell(notice);
      await teller.flush();
    }
    topics.close();
    vi.unstubAllEnvs();
    rmSync(folder, { recursive: true });
    expect(heard).toEqual(["arn:aws:sns:eu-west-1:1:stack-p1", "arn:aws:sns:eu-west-1:1:mine"]);
  });
  it("is refused when it is no address, and the secret in it isn't repeated", () => {
    expect(() => webhooksIn("secret")).toThrow("ROLLOUT_WEBHOOKS must hold addresses");
    expect(() => topicsIn("P5=arn:aws:sns:eu-west-1:1:p1")).toThrow("ROLLOUT_SNS_TOPICS must hold P1=");
  });
});

test.each([
  [["run"], /which stack\? Add --stack NAME, such as: rollout run --stack beta/],
  [["run", "-s", "beta", "--on", "moon"], /'--on <platform>' argument 'moon' is invalid/],
  [["run", "-s", "beta", "--keep", "soon"], /It must be a duration such as 30m or 1h/],
  [["run", "-s", "beta", "--adopt", "--restore"], /cannot be used with option/],
  [["shift", "-s", "beta"], /missing required argument 'weights'/],
  [["shift", "-s", "beta", "blue=1"], /weights must sum to 100, they sum to 1/],
  [["shift", "-s", "beta", "blue=100", "--grow", "--force"], /cannot be used with option/],
  [["maintenance", "-s", "beta", "perhaps"], /value 'perhaps' is invalid/],
])("%j is misuse: 2", (args, message) => {
  const { status, stdout, stderr } = rollout(...args);
  expect({ status, stdout }).toEqual({ status: 2, stdout: "" });
  expect(stderr).toMatch(message);
});

test("a stack that isn't up is said, with 1", () => {
  const { status, stdout, stderr } = rollout("status", "--stack", "prod", "--json");
  expect({ status, stdout }).toEqual({ status: 1, stdout: "" });
  expect(stderr).toContain("rollout rehearse up --stack prod");
});
