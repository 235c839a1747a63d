import { expect, test } from "vitest";
import { LateRequests } from "../../../rollout/platforms/rehearsal/rollout/late-requests.ts";

/** Looks each second; `at[n]` are those that wait in second n, such as `a0`: its name, and its age as HAProxy tells it. */
function lateIn(at: readonly string[]): string[] {
  const late = new LateRequests(3);
  return at.map((names, second) => {
    const waiting = names
      .split(" ")
      .filter(Boolean)
      .map((text) => ({ id: text[0]!, track: text[0]!, seconds: Number(text.slice(1)) }));
    return late.take(waiting, 1000 * second).join("");
  });
}

test("who waits for as long as the limit is late, and told once", () => {
  expect(lateIn(["a0", "a1", "a2", "a3", "a4"])).toEqual(["", "", "", "a", ""]);
  // Its first second was half a one.
  expect(lateIn(["", "a0 b0", "a1", "a2", "a3"])).toEqual(["", "", "", "", "a"]);
});

test("what waited before the first look is late at once", () => {
  expect(lateIn(["a3 b2", "a4 b3"])).toEqual(["a", "b"]);
});

test("a client that sent for long waits since it has sent", () => {
  expect(lateIn(["", "", "a20", "a21", "a22", "a23"])).toEqual(["", "", "", "", "", "a"]);
});

test("a WebSocket that is being closed isn't late", () => {
  expect(lateIn(["", "a20", "a21", "a22", ""]).join("")).toBe("");
});

test("another one of the same name waits for itself", () => {
  expect(lateIn(["a0", "a1", "a2", "a3", "a0", "a1", "a2", "a3"])).toEqual([
    "",
    "",
    "",
    "a",
    "",
    "",
    "",
    "a",
  ]);
  expect(lateIn(["a0", "a1", "a2", "a0", "a1", "a2"]).join("")).toBe("");
});
