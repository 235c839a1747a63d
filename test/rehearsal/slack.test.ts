import { spawnSync } from "node:child_process";
import { describe, expect, test } from "vitest";
import type { JournalEntry, Note } from "../../rollout/core/journal.ts";
import { noticeOf } from "../../rollout/notify/notice.ts";
import { slackMessage } from "../../rollout/notify/slack.ts";
import { foreignSkipped, hasForeign, python } from "./foreign.ts";

// Slack's own SDK for Python reads our messages, and holds them to what Slack takes.

const READER = `
import json, sys
from slack_sdk.models.blocks import Block
message = json.load(sys.stdin)
blocks = Block.parse_all(message["blocks"])
for block in blocks:
    block.validate_json()
print(json.dumps([block.to_dict() for block in blocks]))
`;

function read(message: object) {
  const { status, stdout, stderr } = spawnSync(python("python"), ["-c", READER], {
    input: JSON.stringify(message),
    encoding: "utf8",
  });
  return { status, stderr, blocks: status === 0 ? JSON.parse(stdout) : undefined };
}

const subject = { stack: "beta", stable: "blue", candidate: "green" };
const told = (note: Note) => noticeOf({ ...note, at: 0, by: "me" } as JournalEntry, subject);
const LINKS = [
  { text: "Dashboard", url: "https://console.example.com" },
  { text: "x".repeat(90), url: `https://example.com/${"p".repeat(2900)}` },
];

describe.skipIf(!hasForeign)(`Slack's SDK ${foreignSkipped}`, () => {
  test.each<Note>([
    { kind: "rollback", reason: "errors <!channel> & 5 %" },
    { kind: "stopped", reason: `${"<&>".repeat(4000)}` },
    { kind: "hold", reason: "x".repeat(8000) },
    { kind: "ended", outcome: "promoted", reason: "" },
    { kind: "paused", reason: "é漢😀".repeat(300) },
  ])("takes what is told of %j", (note) => {
    const message = slackMessage(told(note), LINKS) as { blocks: object[] };
    const { status, stderr, blocks } = read(message);
    expect(stderr).toBe("");
    expect(status).toBe(0);
    // Nothing is lost on the way: a field that Slack doesn't know would be.
    expect(blocks).toEqual(message.blocks);
    expect(JSON.stringify(blocks.filter(({ type }: { type: string }) => type === "section"))).not.toMatch(
      /<!/,
    );
  });

  test("takes fifty links' worth of buttons as far as a row goes", () => {
    const many = Array.from({ length: 50 }, () => LINKS[0]!);
    expect(read(slackMessage(told({ kind: "hold", reason: "x" }), many)).status).toBe(0);
  });

  test("would refuse what is too long", () => {
    const text = { type: "mrkdwn", text: "x".repeat(3001) };
    expect(read({ blocks: [{ type: "section", text }] }).stderr).toContain("3000");
  });
});
