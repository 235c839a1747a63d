import { expect, test } from "vitest";
import { answerIn } from "../../../rollout/platforms/rehearsal/servers/answers.ts";

const TIME = "2026-11-21T12:00:00+00:00";
const line = (more: object) =>
  JSON.stringify({ time: TIME, track: "blue", path: "/", status: 200, seconds: 0.25, ...more });

test.each([
  ["an answer", line({}), { time: TIME, track: "blue", status: 200, seconds: 0.25 }],
  ["an error", line({ status: 504, seconds: 60 }), { time: TIME, track: "blue", status: 504, seconds: 60 }],
  [
    "a client that left before its answer",
    line({ status: 499, seconds: 9 }),
    { status: 499, seconds: undefined },
  ],
  ["a WebSocket, hours after it was opened", line({ status: 101 }), undefined],
  ["a WebSocket that couldn't be opened", line({ status: 502 }), { status: 502 }],
  ["a health check", line({ path: "/health", status: 502 }), undefined],
  ["a line that a crash cut short", line({}).slice(0, 40), undefined],
  ["an empty line", "", undefined],
])("%s", (_, text, answer) => {
  if (answer) expect(answerIn(text)).toMatchObject(answer);
  else expect(answerIn(text)).toBeUndefined();
});
