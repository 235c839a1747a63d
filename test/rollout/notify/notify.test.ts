import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { text } from "node:stream/consumers";
import { expect, test } from "vitest";
import type { JournalEntry, Note } from "../../../rollout/core/journal.ts";
import type { Withdrawal } from "../../../rollout/core/withdrawal.ts";
import { localLog, sns, webhook } from "../../../rollout/notify/channels.ts";
import { noticeOf, noticeText } from "../../../rollout/notify/notice.ts";
import { notifier } from "../../../rollout/notify/notifier.ts";

const subject = { stack: "beta", stable: "blue", candidate: "green" };
const at = Date.UTC(2026, 10, 21, 12, 0);
const notice = (note: Note) => noticeOf({ ...note, at, by: "me" } as JournalEntry, subject);
const rollback = notice({ kind: "rollback", reason: "errors <b> & 5 %" });

/** What is told when a rollout goes back, and when it is over. */
function takenBack(by: Withdrawal["by"], hadUsers: boolean) {
  const text = (note: Note) =>
    noticeText(
      noticeOf({ ...note, at, by: "me" } as JournalEntry, { ...subject, withdrawal: { by, hadUsers } }),
    );
  return {
    going: text({ kind: "rollback", reason: "x" }),
    gone: text({ kind: "ended", outcome: "rolled-back", reason: "x" }),
  };
}

/** A server that answers what it is told, and keeps what it got. */
async function receiver(statuses: number[]) {
  const got: string[] = [];
  const server = createServer(async (request, response) => {
    got.push(await text(request));
    response.writeHead(statuses.shift() ?? 200).end();
  });
  await new Promise<void>((done) => server.listen(0, "127.0.0.1", done));
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/secret/path`;
  return { got, url, close: () => new Promise((done) => server.close(done)) };
}

test.each<[Note, string]>([
  [{ kind: "stopped", reason: "x" }, "P1"],
  [{ kind: "hold", reason: "x" }, "P1"],
  [{ kind: "rollback", reason: "x" }, "P2"],
  [{ kind: "paused", reason: "x" }, "P2"],
  [{ kind: "unwritten", reason: "x" }, "P2"],
  [{ kind: "ended", outcome: "rolled-back", reason: "x" }, "P2"],
  [{ kind: "frozen", until: 0 }, "P3"],
  [{ kind: "ended", outcome: "promoted", reason: "x" }, "P4"],
])("%j is %s", (note, severity) => {
  expect(notice(note).severity).toBe(severity);
});

test("says who hears what, and by when", () => {
  const lines = noticeText(notice({ kind: "stopped", reason: "the weights can't be read" })).split("\n");
  expect(lines[0]).toBe("P1 beta: stopped, a person must decide: the weights can't be read");
  expect(lines).toContain("Answer by 2026-11-21 12:30 UTC.");
  expect(lines.join("\n")).toMatch(/- status page, by 2026-11-21 12:05 UTC: We are/);
  expect(lines.join("\n")).toMatch(/- users, by 2026-11-21 12:30 UTC: /);
});

test.each([
  ["the gates", true, /status page.*A new version caused problems/, /users.*A new version caused problems/],
  ["a person", true, /status page.*We have taken a new version back/, /users.*We have taken back a new/],
  [
    "the controller",
    true,
    /status page.*We have taken a new version back/,
    /users.*We have taken back a new/,
  ],
] as const)("taken back by %s, users on it: %s", (by, hadUsers, first, last) => {
  const { going, gone } = takenBack(by, hadUsers);
  expect(going).toMatch(first);
  expect(gone).toMatch(last);
  if (by !== "the gates") expect(going + gone).not.toContain("caused");
});

test.each(["a person", "the controller"] as const)(
  "taken back by %s before it had users: nobody outside is told",
  (by) => {
    const { going, gone } = takenBack(by, false);
    expect(going).toContain("- operators, now: All traffic of beta stays on blue: no user was on green.");
    expect(going + gone).not.toMatch(/- (users|status page|key customers),/);
  },
);

test("a webhook gets Slack's JSON, and again after a failure", async () => {
  const { got, url, close } = await receiver([500]);
  const said: string[] = [];
  const { tell, flush } = notifier({ channels: [webhook(url)], say: (line) => said.push(line), pauses: [1] });
  tell(rollback);
  await flush();
  await close();
  expect(got).toHaveLength(2);
  const { text, blocks } = JSON.parse(got[1]!);
  expect(text).toMatch(/^P2 beta: rollback: errors &lt;b&gt; &amp; 5 %\n/);
  expect(blocks[0].text.text).toBe("P2 beta: rollback: errors <b> & 5 %");
  expect(said).toEqual([]);
});

test("a channel that is down holds up nobody, and its address stays secret", async () => {
  const folder = mkdtempSync(join(tmpdir(), "notify-"));
  const { url, close } = await receiver([]);
  await close();
  const said: string[] = [];
  const file = join(folder, "notices.ndjson");
  const channels = [webhook(url), localLog(file)];
  const { tell, flush } = notifier({ channels, say: (line) => said.push(line), pauses: [1] });
  tell(rollback);
  tell(notice({ kind: "released" }));
  await flush();
  expect(said).toHaveLength(2);
  expect(said[0]).toMatch(/^not told by webhook at 127\.0\.0\.1:\d+: ECONNREFUSED: P2 beta/);
  expect(said.join()).not.toContain("secret");
  const logged = readFileSync(file, "utf8").trim().split("\n");
  expect(logged.map((line) => JSON.parse(line).event)).toEqual(["rollback", "released"]);
  rmSync(folder, { recursive: true });
});

test("SNS gets the notice at the topic of its severity, with a subject that it takes", async () => {
  const { got, url, close } = await receiver([]);
  const keys = ["AWS_ENDPOINT_URL_SNS", "AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"];
  const before = keys.map((key) => process.env[key]);
  for (const key of keys) process.env[key] = key.includes("URL") ? url : "test";
  try {
    const topics = { P2: "arn:aws:sns:us-east-1:1:p2" };
    const long = notice({ kind: "rollback", reason: `${"é".repeat(200)}\nno` });
    await sns(topics, "us-east-1").send(long);
    await sns(topics, "us-east-1").send(notice({ kind: "released" }));
  } finally {
    for (const [index, key] of keys.entries()) {
      if (before[index] === undefined) delete process.env[key];
      else process.env[key] = before[index];
    }
    await close();
  }
  expect(got).toHaveLength(1);
  const form = new URLSearchParams(got[0]);
  expect(form.get("TopicArn")).toBe("arn:aws:sns:us-east-1:1:p2");
  expect(form.get("Subject")).toMatch(/^P2 beta: rollback: \?{80}$/);
});

test("doesn't wait for ever", async () => {
  const channel = { name: "a hole", send: () => new Promise<void>(() => {}) };
  const { tell, flush } = notifier({ channels: [channel], say: () => {}, patienceMs: 20 });
  tell(rollback);
  await flush();
});
